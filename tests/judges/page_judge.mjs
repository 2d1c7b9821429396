// Opens a page as a person does, in Chromium, and tells as JSON what it saw: what was loaded, what was
// said on the console, what a name could make run, and what the filter shows.
//
// usage: node page_judge.mjs PAGE.html SCREENSHOTS_DIRECTORY WORD
import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

// From NODE_PATH, which imports do not know.
const { chromium } = createRequire(import.meta.url)("playwright-core");
const [page, pictures, word] = process.argv.slice(2);
const address = pathToFileURL(resolve(page)).href;
const profile = mkdtempSync(join(tmpdir(), "page-judge-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: "/usr/bin/chromium",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});
const seen = { requests: [], console: [], dialogs: 0, errors: [], violations: 0, shown: {} };
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
try {
  for (const [name, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ["light", "dark"]) {
      const tab = await browser.newPage();
      tab.on("request", (request) => { if (request.url() !== address) seen.requests.push(request.url()); });
      tab.on("console", (message) => seen.console.push(message.text()));
      tab.on("pageerror", (error) => seen.errors.push(String(error)));
      tab.on("dialog", (dialog) => { seen.dialogs += 1; return dialog.dismiss(); });
      await tab.addInitScript(() => {
        globalThis.violations = 0;
        document.addEventListener("securitypolicyviolation", () => { globalThis.violations += 1; });
      });
      await tab.setViewportSize(viewport);
      await tab.emulateMedia({ colorScheme });
      await tab.goto(address);
      await tab.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`), fullPage: true });
      // Whatever waits to be touched is touched: no name may hear of it.
      await tab.evaluate(() => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
      await tab.hover("h1");
      seen.violations += await tab.evaluate(() => globalThis.violations);
      seen.marker = await tab.evaluate(() => typeof globalThis.pwned);
      seen.elements = await tab.evaluate(() => ({
        scripts: document.scripts.length,
        images: document.images.length,
        links: document.links.length,
        frames: document.querySelectorAll("iframe, object, embed").length,
        handlers: [...document.querySelectorAll("*")]
          .flatMap((element) => [...element.attributes]).filter((a) => a.name.startsWith("on")).length,
      }));
      seen.wide = (seen.wide ?? 0) + await tab.evaluate(() =>
        Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));
      // A label that is shown has room for its line, and ends in an ellipsis where that is too long.
      seen.cut = (seen.cut ?? 0) + await tab.evaluate(() =>
        [...document.querySelectorAll(".label span")].filter((line) => {
          const [inner, outer] = [line, line.parentElement].map((box) => box.getBoundingClientRect());
          const shown = inner.height > 0;
          const fits = inner.bottom <= outer.bottom + 1 && inner.right <= outer.right + 1;
          return shown && !(fits && getComputedStyle(line).textOverflow === "ellipsis");
        }).length);
      seen.labels = (seen.labels ?? 0) + await tab.locator(".label span:visible").count();
      const rows = () => tab.locator("#findings tbody tr:visible").count();
      seen.shown.all = await rows();
      if (seen.shown.all > 0) {
        await tab.fill("#filter input[type=search]", word);
        seen.shown.word = await rows();
        await tab.fill("#filter input[type=search]", "");
        await tab.uncheck("#filter input[value=unsealed]");
        seen.shown.sealed = await rows();
        seen.count = await tab.textContent("#count");
        await tab.click(".command button");
        await tab.waitForFunction(() => document.querySelector(".command button").textContent !== "Copy");
        seen.copied = await tab.textContent(".command button");
      }
      await tab.close();
    }
  }
  seen.script = await (async () => {
    // Without script the table is simply whole.
    const plain = await browser.browser()?.newContext({ javaScriptEnabled: false });
    if (!plain) return null;
    const tab = await plain.newPage();
    await tab.goto(address);
    return tab.locator("#findings tbody tr:visible").count();
  })();
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
console.log(JSON.stringify(seen, null, 2));
