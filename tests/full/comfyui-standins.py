"""standins.py PINS VERSIONS TREE SOURCES NIX: makes, for what only a forge has, small trees that have what the
recipes look for, as archives in SOURCES, and writes their hashes into the file VERSIONS.

PINS is JSON: {releases: {VERSION: {rev, hash, requirements}}, packs: {FOLDER: {rev, hash}}, cstr: {rev, sha256}};
TREE is ComfyUI's, which stands for every release; NIX is a program that knows `hash path`.
"""
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile

pins, versions, tree, sources, nix = sys.argv[1:]
pins = json.load(open(pins))
text = open(versions).read()
work = sources + ".work"
os.makedirs(sources)

NODE = '''{imports}

class StandIn:
    CATEGORY, FUNCTION, RETURN_TYPES = "stand-in", "run", ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {{"required": {{"text": ("STRING", {{"default": "{name}"}})}}}}

    def run(self, text):
        return (text,)


NODE_CLASS_MAPPINGS = {{"stand-in {name}": StandIn}}
WEB_DIRECTORY = "./js"
'''
# What the real ones import, of what their recipes bring.
IMPORTS = {
    "ComfyUI-IPAdapter-Flux": "diffusers einops google.protobuf sentencepiece transformers",
    "ComfyUI-Image-Saver": "piexif requests",
    "ComfyUI-KJNodes": "color_matcher cv2 huggingface_hub matplotlib mss scipy",
    "ComfyUI_essentials": "colour numba pixeloe rembg transparent_background",
    "Comfyui-LayerForge": "aiohttp kornia timm tqdm transformers",
    "efficiency-nodes-comfyui": "clip_interrogator simpleeval",
    "was-node-suite-comfyui": "accelerate cstr cv2 ffmpy git img2texture imageio joblib matplotlib numba pilgram requests segment_anything"
                              " skimage sklearn scipy timm tqdm transformers rembg",
    "ComfyUI-LTXVideo": "cv2 diffusers kornia timm transformers",
    "ComfyUI-VideoHelperSuite": "cv2 imageio_ffmpeg psutil",
    "ComfyUI-WanVideoWrapper": "accelerate color_matcher cv2 diffusers ftfy gguf peft pyloudnorm",
    "ComfyUI-Impact-Pack": "cv2 dill git matplotlib piexif sam2 segment_anything skimage transformers",
    "ComfyUI-Impact-Subpack": "cv2 dill matplotlib ultralytics",
}
# What recipes change.
FILES = {
    "ComfyUI-Custom-Scripts": {"pysssss.py": "def install_js(should_install):\n    dst_dir = get_web_ext_dir()\n    return dst_dir\n"},
    "ComfyUI_Comfyroll_CustomNodes": {"nodes/nodes_graphics_text.py": 'import os\nfont_dir = "/usr/share/fonts/truetype"\n'},
}


def write(path, words):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(words)


def archive(folder, rev):
    def plain(entry):
        entry.mtime = entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return entry
    name = f"{sources}/{rev.rsplit('/', 1)[-1]}.tar.gz"
    with tarfile.open(name, "w:gz") as tar:
        tar.add(folder, os.path.basename(folder), filter=plain)
    return name


def pin(before, after):
    global text
    assert text.count(before) == 1, before
    text = text.replace(before, after)


def stand_in(folder, pinned):
    archive(folder, pinned["rev"])
    pin(pinned["hash"], subprocess.run([nix, "hash", "path", folder], check=True, capture_output=True, text=True).stdout.strip())
    shutil.rmtree(folder)


for version, release in pins["releases"].items():
    folder = f"{work}/ComfyUI"
    shutil.copytree(tree, folder)
    write(f"{folder}/comfyui_version.py", f'__version__ = "{version}"\n')
    ours = {re.split("[=><~!]", line)[0] for line in release["requirements"]}
    kept = [line for line in open(f"{folder}/requirements.txt").read().splitlines() if re.split("[=><~! ]", line)[0] not in ours]
    write(f"{folder}/requirements.txt", "\n".join(kept + release["requirements"]) + "\n")
    stand_in(folder, release)
for name, pinned in pins["packs"].items():
    folder = f"{work}/{name}"
    for file, words in FILES.get(name, {}).items():
        write(f"{folder}/{file}", words)
    write(f"{folder}/js/stand-in.js", f"// {name}\n")
    for file in ("install.py", "requirements.txt", "README.md", ".github/workflows/publish.yml"):
        write(f"{folder}/{file}", f"of {name}\n")
    write(f"{folder}/__init__.py", NODE.format(name=name, imports="".join(f"import {m}\n" for m in IMPORTS.get(name, "").split())))
    stand_in(folder, pinned)

folder = f"{work}/cstr-{pins['cstr']['rev']}"
write(f"{folder}/setup.py", 'from setuptools import setup\nsetup(name="cstr", version="0.1.0", packages=["cstr"])\n')
write(f"{folder}/cstr/__init__.py", "def cstr(text):\n    return text\n")
with open(archive(folder, pins["cstr"]["rev"]), "rb") as file:
    pin(pins["cstr"]["sha256"], hashlib.sha256(file.read()).hexdigest())
write(versions, text)
