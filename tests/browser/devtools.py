"""A headless Chromium led by its DevTools protocol over a pipe: what a reader does (keys, paper, no scripts), and what the page says
to the network and to the console meanwhile."""
import base64
import json
import os
import select
import subprocess
import time


class Page:
    """One page. `asked` holds the addresses it requested, `said` what reached the console or was thrown."""

    def __init__(self, program, folder, flags):
        self.to, self.out = os.pipe(), os.pipe()
        self.asked, self.said, self.waiting, self.number, self.session = [], [], b"", 0, None
        self.process = subprocess.Popen([program, *flags, f"--user-data-dir={folder}", "--remote-debugging-pipe", "about:blank"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=True, preexec_fn=self.give_pipes,
                                        pass_fds=(3, 4, self.to[0], self.out[1]))
        os.close(self.to[0])
        os.close(self.out[1])
        page = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(domain + ".enable")

    def give_pipes(self):
        """Chromium reads commands at 3 and writes answers at 4."""
        reading, writing = os.dup(self.to[0]), os.dup(self.out[1])
        os.dup2(reading, 3)
        os.dup2(writing, 4)

    def receive(self, until):
        while b"\0" not in self.waiting:
            if not select.select([self.out[0]], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            part = os.read(self.out[0], 1 << 20)
            if not part:
                raise EOFError("the browser is gone")
            self.waiting += part
        message, self.waiting = self.waiting.split(b"\0", 1)
        return json.loads(message)

    def note(self, event):
        method, p = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent":
            self.asked.append(p["request"]["url"])
        elif method == "Runtime.consoleAPICalled":
            self.said.append(" ".join(str(a.get("value", a.get("description"))) for a in p["args"]))
        elif method == "Runtime.exceptionThrown":
            self.said.append(p["exceptionDetails"].get("exception", {}).get("description", p["exceptionDetails"]["text"]))
        elif method == "Log.entryAdded":
            self.said.append(p["entry"]["text"])

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to[1], json.dumps(message).encode() + b"\0")
        until = time.monotonic() + 60
        while True:
            answer = self.receive(until)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.note(answer)

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", {}).get("description", expression))
        return result["result"].get("value")

    def wait_for(self, expression, seconds=30):
        until = time.monotonic() + seconds
        while not self.evaluate(expression):
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def open(self, path, width=1280, height=900, scripts=True, scheme="light"):
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.asked.clear()
        self.said.clear()
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        loaded = self.wait_for("document.readyState === 'complete' && location.protocol === 'file:'")
        return loaded and (not scripts or self.wait_for("document.documentElement.dataset.charts === 'drawn'"))

    def press(self, key):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEYS[key])

    def picture(self, path, clip=None):
        """What is on the screen, or the clip {x, y, width, height, scale} of the page."""
        asked = {"captureBeyondViewport": True, "clip": clip} if clip else {}
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("Page.captureScreenshot", **asked)["data"]))

    def close(self):
        self.process.terminate()
        self.process.wait()
        os.close(self.to[1])
        os.close(self.out[0])


KEYS = {"ArrowRight": 39, "ArrowLeft": 37, "Home": 36, "End": 35, "Tab": 9}
