"""What is in a folder of nodes: names of those that can be imported at all.

A folder that is gone, and a link to something that is gone, as a node's is after its package was deleted,
are told and left out; neither stops ComfyUI. What a packaged node needs is found beside it in the store,
in share/comfyui/node-info/NAME.json, and goes behind what Python has already; where a copy comes from,
comfyui-start has written down.
"""
import json
import logging
import os
import sys


def source_of(path):
    """Where a node stands in the store: a link leads there, and of a copy comfyui-start wrote down whose it is."""
    if not os.path.islink(path):
        try:
            with open(os.path.join(os.path.dirname(os.path.dirname(path)), ".comfyui-packaged.json"), encoding="utf-8") as file:
                path = json.load(file)[os.path.basename(path)]["source"]
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            pass
    return os.path.realpath(path)


def find_needs(path):
    real = source_of(path)
    info = os.path.join(os.path.dirname(os.path.dirname(real)), "node-info", os.path.basename(real) + ".json")
    try:
        with open(info, encoding="utf-8") as file:
            needs = json.load(file)["pythonPath"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    sys.path.extend(folder for folder in needs if folder not in sys.path)


def listing(folder):
    try:
        names = os.listdir(os.path.realpath(folder))
    except OSError as error:
        logging.warning("Skipping the nodes in %s: %s", folder, error.strerror)
        return []
    there = []
    for name in sorted(names):
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            logging.warning("Skipping node %s: what it links to is not there", path)
            continue
        find_needs(path)
        there.append(name)
    return there
