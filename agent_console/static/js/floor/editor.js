// <yaml-editor for="id of a textarea" review="address">: CodeMirror over a hidden field; the server reviews the text while one types.
import { basicSetup, EditorView, indentWithTab, keymap, lintGutter, setDiagnostics, yaml } from "../../vendor/codemirror.min.js";

const WAIT_MS = 250;

/** The review of the newest text only: an answer that comes late is of a text that nobody sees any more. */
async function review(path, form, signal) {
  const answer = await fetch(path, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { "X-CSRF-Token": form.elements.csrf.value },
    signal,
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

class YamlEditor extends HTMLElement {
  connectedCallback() {
    this.field = document.getElementById(this.getAttribute("for"));
    const root = this.attachShadow({ mode: "open" }); // its styles are sheets of the shadow root: no inline style
    const theme = EditorView.theme({
      "&": { height: "100%", fontSize: "13px", color: "var(--text)", backgroundColor: "var(--surface)" },
      ".cm-content": { fontFamily: "var(--mono)", caretColor: "var(--text)" },
      ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--quiet)", border: "none" },
      ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--raised)" },
      "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "-3px" },
    });
    this.view = new EditorView({
      doc: this.field.value,
      root,
      parent: root,
      extensions: [
        basicSetup,
        keymap.of([indentWithTab]),
        yaml(),
        lintGutter(),
        theme,
        EditorView.contentAttributes.of({ "aria-label": this.getAttribute("label"), spellcheck: "false" }),
        EditorView.updateListener.of((update) => update.docChanged && this.changed()),
      ],
    });
    this.view.scrollDOM.tabIndex = 0; // who reads without a mouse scrolls it by keys
    this.look();
  }

  get value() {
    return this.view.state.doc.toString();
  }

  set value(text) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }

  changed() {
    this.field.value = this.value;
    this.allow(false); // until this very text has been reviewed
    this.asked?.abort();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), WAIT_MS);
  }

  async look() {
    this.asked?.abort();
    const { signal } = (this.asked = new AbortController());
    try {
      const told = await review(this.getAttribute("review"), this.field.form, signal);
      if (!signal.aborted) this.show(told);
    } catch (fault) {
      if (fault.name !== "AbortError") this.timer = setTimeout(() => this.look(), 2000);
    }
  }

  show({ findings, html, ok }) {
    const { doc } = this.view.state;
    const diagnostics = findings.map(({ severity, line, column, text }) => {
      const at = doc.line(Math.min(line, doc.lines));
      return { from: Math.min(at.from + column - 1, at.to), to: at.to, severity, message: text };
    });
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
    document.getElementById("review").innerHTML = html;
    this.allow(ok);
    this.dataset.reviewed = this.value.length; // tests wait for it
  }

  allow(ok) {
    const button = document.getElementById("submit-button");
    if (button) button.disabled = !ok;
  }

  /** Puts the cursor on a line, counted from 1. */
  go(line) {
    const { from } = this.view.state.doc.line(Math.min(line, this.view.state.doc.lines));
    this.view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
    this.view.focus();
  }
}

customElements.define("yaml-editor", YamlEditor);

document.addEventListener("click", (event) => {
  const editor = document.querySelector("yaml-editor");
  const finding = event.target.closest("[data-line]");
  if (finding) editor.go(Number(finding.dataset.line));
  const load = event.target.closest("[data-load]");
  if (load) editor.value = document.getElementById(load.dataset.load).value;
});
