"""The script of a page: built from what its sources are now, and all of it ours or licensed."""

import hashlib
import json
import re
from pathlib import Path

from senlib.serve.frame_files import STATIC

SCRIPT = Path(__file__).parents[2] / "senlib" / "serve" / "script"
# What builds the script and checks it, and is not in it.
TOOLS = {"@biomejs/biome", "esbuild"}
BUILT = (STATIC / "page.js").read_text("utf-8")


def test_it_was_built_after_the_last_change():
    build = (SCRIPT / "build.js").read_text("utf-8")
    names = re.search(r"const SOURCES = \[(.*?)\];", build, re.DOTALL)[1]
    sources = [
        (SCRIPT / name).read_text("utf-8") for name in re.findall(r'"(.+?)"', names)
    ]
    assert len(sources) == 5
    now = hashlib.sha256("".join(sources).encode()).hexdigest()
    assert now in BUILT[:200], (
        "build it anew: npm ci && npm run build, in senlib/serve/script"
    )


def test_every_package_in_it_has_its_licence_beside_it():
    licences = (STATIC / "page.txt").read_text("utf-8")
    for name in json.loads((SCRIPT / "package.json").read_text())["devDependencies"]:
        assert name in TOOLS or re.search(
            rf"^{re.escape(name)} [\d.]+: (MIT|BSD)", licences, re.MULTILINE
        ), name


def test_the_lock_names_no_address_and_pins_every_package():
    lock = json.loads((SCRIPT / "package-lock.json").read_text())
    packages = {place: entry for place, entry in lock["packages"].items() if place}
    assert not [place for place, entry in packages.items() if "resolved" in entry]
    assert not [
        place
        for place, entry in packages.items()
        if not entry["integrity"].startswith("sha512-")
    ]
