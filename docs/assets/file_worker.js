// Search without a server: a browser starts no worker for a page that is a file, so a hidden frame takes its place.
if (location.protocol === "file:") {
  window.Worker = class {
    constructor(address) {
      this.frame = document.createElement("iframe")
      this.frame.hidden = true
      this.heard = (event) => {
        if (event.source === this.frame.contentWindow && this.onmessage) this.onmessage(event)
      }
      addEventListener("message", this.heard)
      this.ready = new Promise((resolve) => {
        document.body.append(this.frame)
        const inside = this.frame.contentWindow
        const script = inside.document.createElement("script")
        const start = inside.document.createElement("script")
        start.textContent =
          "self.postMessage = (data) => parent.postMessage(data, '*');" +
          "self.hear = (data) => dispatchEvent(new MessageEvent('message', {data}))"
        inside.document.body.append(start)
        script.src = new URL(address, location.href)
        script.onload = resolve
        inside.document.body.append(script)
      })
    }
    postMessage(data) {
      this.ready.then(() => this.frame.contentWindow.hear(data))
    }
    terminate() {
      removeEventListener("message", this.heard)
      this.frame.remove()
    }
  }
}
