# SPDX-License-Identifier: MIT
"""browser.py PROFILE ADDRESS FOLDER GRAPH…: uses ComfyUI's page at ADDRESS as people do.

PROFILE is the folder of a browser that runs with a debugging port; it is told by the DevTools protocol.
The page must know every node that the server has, load a template by a click on its card, and run each
GRAPH (`plain`, `packs`) by its button until the picture is there. What was seen is printed, a line each, and
screenshots go into FOLDER. Runs under a built environment's Python, which has aiohttp.
"""
import asyncio
import base64
import json
import pathlib
import sys
import time

import aiohttp

WAIT_PAGE_S, WAIT_PICTURE_S = 120, 120
TEMPLATE = ("image2image", "Image to Image")  # its file, its title
COLOR = (0x2E, 0x8B, 0x57)
SIZE = (96, 64)


def node(kind, **inputs):
    return {"class_type": kind, "inputs": inputs}


EMPTY = node("EmptyImage", width=64, height=64, batch_size=1, color=int("%02x%02x%02x" % COLOR, 16))
SCALE = {"upscale_method": "bilinear", "width": SIZE[0], "height": SIZE[1], "crop": "disabled"}
# The last node of each saves the picture.
GRAPHS = {
    "plain": {
        "1": EMPTY,
        "2": node("ImageScale", image=["1", 0], **SCALE),
        "3": node("SaveImage", images=["2", 0], filename_prefix="plain"),
    },
    # The page remembers pictures by the number of their node: these are others.
    "packs": {
        "11": EMPTY,
        "12": node("ImageToPIL", images=["11", 0]),
        "13": node("PILToImage", images=["12", 0]),
        "14": node("ETN_CropImage", image=["13", 0], x=8, y=8, width=32, height=32),
        "15": node("ImageScale", image=["14", 0], **SCALE),
        "16": node("SaveImage", images=["15", 0], filename_prefix="packs"),
    },
}


class Failure(Exception):
    pass


class Page:
    """One tab, spoken to over a WebSocket."""

    def __init__(self, session, socket):
        self.session, self.socket = session, socket
        self.answers, self.last, self.target, self.said = {}, 0, None, []
        self.reader = asyncio.create_task(self.read())

    async def read(self):
        async for message in self.socket:
            answer = json.loads(message.data)
            waiting = self.answers.pop(answer.get("id"), None)
            if waiting:
                waiting.set_result(answer)
            elif answer.get("method") == "Runtime.exceptionThrown":
                self.said.append(answer["params"]["exceptionDetails"].get("exception", {}).get("description", "?"))
        for waiting in self.answers.values():
            waiting.set_exception(Failure("the browser has gone"))

    async def call(self, method, **params):
        self.last += 1
        number = self.last
        waiting = self.answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": params}
        if self.target:
            message["sessionId"] = self.target
        await self.socket.send_json(message)
        answer = await asyncio.wait_for(waiting, 60)
        if "error" in answer:
            raise Failure(f"{method}: {answer['error']['message']}")
        return answer["result"]

    async def open(self, address):
        made = await self.call("Target.createTarget", url="about:blank")
        self.target = (await self.call("Target.attachToTarget", targetId=made["targetId"], flatten=True))["sessionId"]
        await self.call("Page.enable")
        await self.call("Runtime.enable")
        await self.call("Emulation.setDeviceMetricsOverride", width=1600, height=1000, deviceScaleFactor=1, mobile=False)
        await self.call("Page.navigate", url=address)

    async def ask(self, text):
        """The value of an expression; a promise is waited for."""
        result = await self.call("Runtime.evaluate", expression=text, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise Failure("the page says: " + result["exceptionDetails"].get("exception", {}).get("description", "?"))
        return result["result"].get("value")

    async def wait(self, what, text, seconds=WAIT_PAGE_S):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                value = await self.ask(text)
            except Failure:
                value = None  # the page is not as far yet
            if value:
                return value
            await asyncio.sleep(0.1)
        raise Failure(f"no {what} within {seconds} s" + "".join("\n" + s for s in self.said[-3:]))

    async def click(self, selector):
        """As a mouse does, in the middle of what is seen there, once it has come to rest."""
        find = """(() => {
            const found = [...document.querySelectorAll(%s)].find((e) => e.getBoundingClientRect().width > 0)
            if (!found) return null
            found.scrollIntoView({ block: 'nearest' })
            const at = found.getBoundingClientRect()
            return [at.x + at.width / 2, at.y + at.height / 2]
        })()""" % json.dumps(selector)
        at, same, end = None, 0, time.monotonic() + WAIT_PAGE_S
        while same < 5 and time.monotonic() < end:
            now = await self.wait(f"'{selector}' to click on", find)
            at, same = now, same + 1 if now == at else 0
            await asyncio.sleep(0.2)
        x, y = at
        await self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def press(self, key, code):
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, code=code, windowsVirtualKeyCode=ord(key[0].upper()) if len(key) == 1 else 27)

    async def picture(self, path):
        await asyncio.sleep(1)  # what moves comes to rest
        path.write_bytes(base64.b64decode((await self.call("Page.captureScreenshot", format="png"))["data"]))
        print(f"screenshot: {path}", flush=True)


async def ready(page):
    await page.wait("graph in the page", "!!(window.app?.graph && window.app.canvas && window.LiteGraph)")
    await page.wait("button that runs", "!!document.querySelector('[data-testid=queue-button]')")


async def load_template(page, folder):
    content = "document.querySelector('[data-testid=template-workflows-content]')"
    # At a first visit the page shows them by itself.
    try:
        await page.wait("templates", f"!!{content}", 10)
    except Failure:
        await page.click(".templates-tab-button")
        await page.wait("templates", f"!!{content}", 30)
    await page.wait("cards of templates", "document.querySelectorAll('[data-testid^=template-workflow-]').length > 2", 30)
    await page.picture(folder / "templates.png")
    await page.ask(f"{content}.closest('[role=dialog]').querySelector('input').focus()")
    await page.call("Input.insertText", text=TEMPLATE[1])
    await page.click(f"[data-testid='template-workflow-{TEMPLATE[0]}']")
    meant = await page.ask(f"(async () => (await (await fetch('templates/{TEMPLATE[0]}.json')).json()).nodes.map((n) => n.type).sort().join())()")
    await page.wait(f"graph of the template '{TEMPLATE[0]}'", "window.app.graph.nodes.map((n) => n.type).sort().join() === " + json.dumps(meant), 30)
    print(f"template: {TEMPLATE[0]}, {len(meant.split(','))} nodes", flush=True)
    # it asks for models that are not here
    await page.press("Escape", "Escape")
    await page.wait("end of the dialogs", "!document.querySelector('[role=dialog]')", 10)
    await page.picture(folder / "template.png")


async def look_at_nodes(page, folder):
    seen = await page.ask("""(async () => {
        const served = Object.keys(await (await fetch('object_info')).json())
        return [served.length, served.filter((name) => !window.LiteGraph.registered_node_types[name])]
    })()""")
    if not seen[0] or seen[1]:
        raise Failure(f"of {seen[0]} nodes the page does not know {', '.join(seen[1])}")
    await page.click(".node-library-tab-button")
    groups = await page.wait("list of nodes", "[...document.querySelectorAll('.node-lib-tree-explorer .tree-folder')].map((e) => e.innerText.split('\\n')[0].trim())", 30)
    print(f"nodes: {seen[0]}, all known to the page; its list: {', '.join(groups)}", flush=True)
    await page.picture(folder / "nodes.png")
    await page.click(".node-library-tab-button")


async def run_graph(page, folder, name):
    graph = GRAPHS[name]
    last = list(graph)[-1]
    # As a file that is dropped on the page is read.
    await page.ask("""(async () => {
        const file = new File([%s], '%s.json', { type: 'application/json' })
        await window.app.handleFile(file)
    })()""" % (json.dumps(json.dumps(graph)), name))
    kinds = sorted(n["class_type"] for n in graph.values())
    await page.wait(f"graph '{name}'", "window.app.graph.nodes.map((n) => n.type).sort().join() === " + json.dumps(",".join(kinds)), 30)
    # What is not in sight is not drawn, and gets no picture.
    await page.ask("window.app.extensionManager.command.execute('Comfy.Canvas.FitView')")
    await page.ask("""(() => {
        window.kilnSeen = {}
        for (const kind of ['execution_success', 'execution_error', 'executed'])
            window.app.api.addEventListener(kind, (e) => { (window.kilnSeen[kind] ??= []).push(e.detail) })
    })()""")
    await page.click("[data-testid=queue-button] button, button[data-testid=queue-button]")
    await page.wait(f"end of the run of '{name}'", "window.kilnSeen.execution_success ?? window.kilnSeen.execution_error", WAIT_PICTURE_S)
    wrong = await page.ask("window.kilnSeen.execution_error ?? null")
    if wrong:
        raise Failure(f"the run of '{name}' failed: {json.dumps(wrong)[:2000]}")
    shown = await page.wait("picture in the node", "window.app.graph.getNodeById(%s)?.imgs?.filter((i) => i.complete && i.naturalWidth).map((i) => i.src)" % last, 30)
    pixels = await page.ask("""(async () => {
        const bitmap = await createImageBitmap(await (await fetch(%s)).blob())
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
        const pen = canvas.getContext('2d')
        pen.drawImage(bitmap, 0, 0)
        const data = pen.getImageData(0, 0, bitmap.width, bitmap.height).data
        const colours = new Set()
        for (let i = 0; i < data.length; i += 4) colours.add([...data.slice(i, i + 3)].join())
        return [bitmap.width, bitmap.height, [...colours]]
    })()""" % json.dumps(shown[0]))
    if pixels != [*SIZE, [",".join(map(str, COLOR))]]:
        raise Failure(f"the picture of '{name}' is {pixels[0]}x{pixels[1]} with the colours {pixels[2][:5]}, expected {SIZE} of {COLOR}")
    print(f"picture: {name}, {' -> '.join(n['class_type'] for n in graph.values())}, {pixels[0]}x{pixels[1]}", flush=True)
    await page.picture(folder / f"{name}.png")


async def use(profile, address, folder, graphs):
    port = (profile / "DevToolsActivePort").read_text().split("\n")
    async with aiohttp.ClientSession() as session, \
            session.ws_connect(f"ws://127.0.0.1:{port[0]}{port[1]}", max_msg_size=1 << 28) as socket:
        page = Page(session, socket)
        try:
            await page.open(address)
            await ready(page)
            await load_template(page, folder)
            await look_at_nodes(page, folder)
            for name in graphs:
                await run_graph(page, folder, name)
        except Failure:
            await page.picture(folder / "failed.png")
            raise
        finally:
            page.reader.cancel()


def main():
    if len(sys.argv) < 5 or set(sys.argv[4:]) - set(GRAPHS):
        sys.exit(__doc__)
    try:
        asyncio.run(use(pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4:]))
    except Failure as failure:
        sys.exit(f"browser: {failure}")


main()
