"""Many files become one module."""

import re
from pathlib import Path

import emulator.executors
from emulator.executors.nodejs_bundle import bundle

FILES = Path(emulator.executors.__file__).parent / "nodejs_runtime"
LAZY = {"node_path.mjs"}  # loaded only when it is needed, by itself


def test_what_is_imported_stands_in_front_once(tmp_path):
    (tmp_path / "index.mjs").write_text(
        'import fs from "node:fs";\nimport {\n  a, b,\n} from "./a.mjs";\n'
        'import { c } from "./c.mjs";\nuse(a, b, c, fs);\n'
    )
    (tmp_path / "a.mjs").write_text('import { c } from "./c.mjs";\nexport const a = c;\nexport function b() {}\n')
    (tmp_path / "c.mjs").write_text('import fs from "node:fs";\nexport async function c() { fs.exports }\n')
    assert bundle(tmp_path / "index.mjs") == (
        'import fs from "node:fs";\n'
        "\n// --- c.mjs\n\nasync function c() { fs.exports }\n"
        "\n// --- a.mjs\n\nconst a = c;\nfunction b() {}\n"
        "\n// --- index.mjs\n\nuse(a, b, c, fs);\n"
    )


def test_our_client_is_written_so_that_it_can_be_joined():
    text = bundle(FILES / "index.mjs")
    for file in FILES.glob("*.mjs"):
        assert (f"// --- {file.name}\n" in text) == (file.name not in LAZY)
    assert not re.findall(r"^(import .*\"\./|export )", text, re.MULTILINE)
    declared = re.findall(r"^(?:async )?(?:const|let|function|class) (\w+)", text, re.MULTILINE)
    assert len(declared) == len(set(declared))
