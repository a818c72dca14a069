const index = JSON.parse(document.getElementById("index").textContent)
const query = document.getElementById("query")
const found = document.getElementById("found")
query.addEventListener("input", () => {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean)
  const points = ([title, about]) => {
    const all = `${title} ${about}`.toLowerCase()
    if (!words.length || !words.every((word) => all.includes(word))) return 0
    return 1 + words.filter((word) => title.toLowerCase().includes(word)).length
  }
  const hits = index.map((entry) => [points(entry), entry]).filter(([score]) => score)
  hits.sort(([one], [other]) => other - one)
  found.replaceChildren(...hits.slice(0, 20).map(([, [title, about, address]]) => {
    const item = document.createElement("li")
    const link = item.appendChild(document.createElement("a"))
    link.href = address
    link.append(title)
    link.appendChild(document.createElement("small")).append(about)
    return item
  }))
})
document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault()
  found.querySelector("a")?.click()
})
found.addEventListener("click", () => found.replaceChildren())
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== query) {
    event.preventDefault()
    query.focus()
  }
  if (event.key === "Escape") found.replaceChildren()
})
