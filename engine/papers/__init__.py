"""Papers (giấy tờ in): what the law wants printed about a dossier, as PDF and DOCX."""
