"""The national portal (Cổng Dịch vụ công quốc gia): what it is told of each dossier, and how.

Pure rooms make the bodies of DongBoHoSoMC and CapNhatTienDoHoSoMC from the history of a dossier;
`line` carries them. Field names, codes and the form of dates are those that public adapters use;
whatever differs from one adapter to the next stands in the operator's file, over `defaults.toml`.
"""
