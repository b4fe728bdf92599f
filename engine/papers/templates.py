"""Templates (mẫu in): a department's own before the common ones, these before the built-in ones.

What fills and draws them is imported when the first paper is printed: it is large.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import MotcuaError, NotFound
from engine.papers.kinds import Paper
from engine.papers.samples import sample


@dataclass(frozen=True)
class Templates:
    """Where templates are looked for: `folder/<agency code>/<paper>.docx`, `folder/<paper>.docx`.

    Without a folder all are the built-in ones.
    """

    folder: Path | None = None

    def find(self, paper: Paper, agency: str) -> tuple[str, bytes]:
        """Return name and content of the template by which an agency prints a paper.

        The name is told to officials, so it is that inside the folder.
        """
        from engine.papers.drawn import built_in

        for name in (f"{agency}/{paper}.docx", f"{paper}.docx"):
            found = self.folder / name if self.folder is not None else None
            if found is not None and ".." not in agency and found.is_file():
                return name, found.read_bytes()
        return f"{paper}.docx (có sẵn)", built_in(paper)


def write_out(folder: Path) -> list[Path]:
    """Write the built-in templates into a folder, leaving alone what is there; return the new ones.

    Raises OSError where the folder cannot be written.
    """
    from engine.papers.drawn import built_in, papers

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for paper in papers():
        path = folder / f"{paper}.docx"
        if not path.exists():
            path.write_bytes(built_in(paper))
            written.append(path)
    return written


def check(folder: Path) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield name and what is wrong, in Vietnamese and English, of each template; None where well.

    Each is filled with a sample, as printing would. Raises NotFound for a folder without templates.
    """
    from engine.papers.docx import render
    from engine.papers.drawn import papers

    found = sorted(folder.rglob("*.docx")) if folder.is_dir() else []
    if not found:
        raise NotFound(
            f"Không có mẫu in (*.docx) trong {folder}.", f"There is no template in {folder}.",
            code="no-templates",
        )
    known = {paper: paper for paper in papers()}
    for path in found:
        name = path.relative_to(folder).as_posix()
        paper = known.get(path.stem)  # type: ignore[call-overload]  # any text may be asked for
        if paper is None or len(path.relative_to(folder).parts) > 2:
            yield (name, f"không phải tên mẫu; có: {', '.join(known)}",
                   f"no template has this name; there are: {', '.join(known)}")
            continue
        try:
            render(sample(paper), path.read_bytes(), name)
        except MotcuaError as error:
            yield name, error.vi, error.en
        else:
            yield name, None, None
