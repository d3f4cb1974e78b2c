// Draws BPMN diagrams as SVG with bpmn-js in headless Chromium and opens tables and forms in their
// own editors. Owns pictures only; never changes a diagram.
//
//   node render.mjs --out docs/pictures bpmn/derby/*.bpmn      writes one SVG per diagram
//   node render.mjs --check bpmn/derby/*.bpmn dmn/derby/*.dmn bpmn/derby/forms/*.form
//
// Exits with 1 when a file imports with an error or a warning. CHROMIUM names the browser.

import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import puppeteer from 'puppeteer-core';

const HERE = dirname(fileURLToPath(import.meta.url));
const MODULES = join(HERE, 'node_modules');
const BROWSERS = [ '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome' ];

const SCRIPTS = {
  '.bpmn': 'bpmn-js/dist/bpmn-viewer.development.js',
  '.dmn': 'dmn-js/dist/dmn-modeler.development.js',
  '.form': '@bpmn-io/form-js/dist/form-viewer.umd.js'
};

// These functions run in the page.
const IMPORTERS = {
  '.bpmn': async (text) => {
    const viewer = new window.BpmnJS({ container: document.querySelector('#canvas') });
    const { warnings } = await viewer.importXML(text);
    const { svg } = await viewer.saveSVG();
    return { warnings: warnings.map((warning) => warning.message), svg };
  },
  '.dmn': async (text) => {
    const editor = new window.DmnJS({ container: document.querySelector('#canvas') });
    const { warnings } = await editor.importXML(text, { open: false });
    const opened = [];
    for (const view of editor.getViews()) {
      const shown = await editor.open(view);
      opened.push(...shown.warnings);
    }
    return { warnings: [ ...warnings, ...opened ].map((warning) => warning.message) };
  },
  '.form': async (text) => {
    const form = new window.FormViewer.Form({ container: document.querySelector('#canvas') });
    const { warnings } = await form.importSchema(JSON.parse(text), {});
    return { warnings: warnings.map((warning) => warning.message || String(warning)) };
  }
};

function browserPath() {
  const path = process.env.CHROMIUM || BROWSERS.find(existsSync);
  if (!path) {
    throw new Error('No Chromium found. Install it, or name it in the environment variable CHROMIUM.');
  }
  return path;
}

async function openFile(browser, file, source) {
  const kind = extname(file);
  if (!(kind in SCRIPTS)) {
    throw new Error(`${file}: only .bpmn, .dmn and .form files can be opened.`);
  }
  const page = await browser.newPage();
  try {
    await page.setContent('<div id="canvas" style="width: 1600px; height: 900px"></div>');
    await page.addScriptTag({ path: join(MODULES, SCRIPTS[kind]) });
    return await page.evaluate(IMPORTERS[kind], source.toString('utf8'));
  } finally {
    await page.close();
  }
}

// The digest lets a test tell, without a browser, that the picture shows the present file. A line
// feed is what Git stores, whatever the check-out wrote.
function withOrigin(svg, file, source) {
  const text = source.toString('utf8').replaceAll('\r\n', '\n');
  const digest = createHash('sha256').update(text).digest('hex');
  // Without a background the lines vanish on a dark page.
  return svg.replace(/<svg /, `<!-- source: ${basename(file)} sha256: ${digest} -->\n<svg style="background: white" `);
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string' }, check: { type: 'boolean', default: false } }
  });
  if (!positionals.length || (!values.out && !values.check)) {
    throw new Error('Usage: node render.mjs (--out FOLDER | --check) FILE...');
  }
  const browser = await puppeteer.launch({
    executablePath: browserPath(),
    args: [ '--no-sandbox', '--disable-gpu', '--font-render-hinting=none' ]
  });
  let refused = 0;
  try {
    for (const file of positionals) {
      const source = await readFile(file);
      const { warnings, svg } = await openFile(browser, file, source);
      warnings.forEach((warning) => console.error(`${file}: ${warning}`));
      refused += warnings.length;
      if (values.out && svg) {
        const target = join(values.out, `${basename(file, '.bpmn')}.svg`);
        await mkdir(values.out, { recursive: true });
        await writeFile(target, `${withOrigin(svg, file, source).trimEnd()}\n`);
        console.log(target);
      } else {
        console.log(`${file}: opened, ${warnings.length} warnings`);
      }
    }
  } finally {
    await browser.close();
  }
  process.exitCode = refused ? 1 : 0;
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
