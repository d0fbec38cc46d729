/**
 * Reads the part of YAML in which our published schemas are written: block mappings and lists, flow collections, quoted
 * and plain scalars, literal and folded texts, comments on lines of their own. It refuses everything else, so it cannot misread a file
 * silently.
 */
export type Yaml = string | number | boolean | null | readonly Yaml[] | { readonly [key: string]: Yaml };

interface Line {
  readonly indent: number;
  readonly text: string;
  readonly number: number;
}

export function parseYaml(source: string): Yaml {
  const lines = source
    .split("\n")
    .map((text, index) => ({ indent: text.length - text.trimStart().length, text: text.trim(), number: index + 1 }))
    .filter(({ text }) => text !== "" && !text.startsWith("#"));
  const reader = new BlockReader(lines);
  const value = reader.block(lines[0]?.indent ?? 0);
  if (reader.current !== undefined) throw new Error(`line ${reader.current.number}: unexpected indentation`);
  return value;
}

class BlockReader {
  #at = 0;
  readonly #lines: readonly Line[];

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }

  get current(): Line | undefined {
    return this.#lines[this.#at];
  }

  block(indent: number): Yaml {
    const first = this.current;
    if (first === undefined || first.indent < indent) return null;
    if (/^[[{]/.test(first.text)) {
      this.#at += 1;
      return scalarOrFlow(first.text, first.number);
    }
    return first.text.startsWith("- ") ? this.#list(first.indent) : this.#mapping(first.indent);
  }

  #list(indent: number): Yaml {
    const items: Yaml[] = [];
    for (let line = this.current; line !== undefined && line.indent === indent; line = this.current) {
      if (!line.text.startsWith("- ")) throw new Error(`line ${line.number}: expected a list item`);
      const rest = line.text.slice(2);
      if (keyEnd(rest) < 0) {
        this.#at += 1;
        items.push(scalarOrFlow(rest, line.number));
      } else {
        // A mapping inside the item: its first key stands behind the dash.
        items.push(this.#mapping(indent + 2, rest));
      }
    }
    return items;
  }

  /** Everything that stands further in; nobody asks for its layout. */
  #literal(indent: number): Yaml {
    const texts: string[] = [];
    for (let line = this.current; line !== undefined && line.indent > indent; line = this.current) {
      texts.push(line.text);
      this.#at += 1;
    }
    return texts.join("\n");
  }

  #mapping(indent: number, first?: string): Yaml {
    const result: { [key: string]: Yaml } = {};
    let text = first;
    for (let line = this.current; line !== undefined; line = this.current) {
      if (text === undefined && line.indent !== indent) break;
      const entry = text ?? line.text;
      text = undefined;
      const end = keyEnd(entry);
      if (end < 0) throw new Error(`line ${line.number}: expected "key: value"`);
      const key = unquote(entry.slice(0, end));
      if (key in result) throw new Error(`line ${line.number}: ${key} is there twice`);
      const rest = entry.slice(end + 1).trim();
      this.#at += 1;
      if (/^[|>]-?$/.test(rest)) result[key] = this.#literal(line.indent);
      else result[key] = rest === "" ? this.block(indent + 1) : scalarOrFlow(rest, line.number);
    }
    return result;
  }
}

/** Where the colon after a key is; −1 if the text is not "key: value". */
function keyEnd(text: string): number {
  if (text.startsWith("{") || text.startsWith("[")) return -1;
  const match = /^(?:'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|[^\s'"{}[\],#&*!|>%@`][^\s]*?):(?:\s|$)/.exec(text);
  return match === null ? -1 : (match[0] ?? "").trimEnd().length - 1;
}

function unquote(text: string): string {
  if (text.startsWith("'")) return text.slice(1, -1).replace(/''/g, "'");
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}

function scalarOrFlow(text: string, line: number): Yaml {
  if (/^[|>&*!%@`]/.test(text)) throw new Error(`line ${line}: this kind of YAML is not read here: ${text}`);
  if (!text.startsWith("[") && !text.startsWith("{")) return scalar(text);
  const flow = new FlowReader(text, line);
  const value = flow.value();
  flow.end();
  return value;
}

function scalar(text: string): Yaml {
  if (/^['"]/.test(text)) return unquote(text);
  if (text === "null" || text === "~" || text === "") return null;
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

class FlowReader {
  readonly #text: string;
  readonly #line: number;
  #at = 0;

  constructor(text: string, line: number) {
    this.#text = text;
    this.#line = line;
  }

  value(): Yaml {
    this.#space();
    if (this.#take("[")) {
      const items: Yaml[] = [];
      while (!this.#take("]")) {
        items.push(this.value());
        this.#comma("]");
      }
      return items;
    }
    if (this.#take("{")) {
      const result: { [key: string]: Yaml } = {};
      while (!this.#take("}")) {
        const key = String(scalar(this.#token(/^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s:,{}[\]"']+)/)));
        if (!this.#take(":")) throw this.#failure("expected a colon");
        result[key] = this.value();
        this.#comma("}");
      }
      return result;
    }
    return scalar(this.#token(/^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,{}[\]"']+)/).trim());
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) throw this.#failure("text after the end");
  }

  #comma(close: string): void {
    this.#space();
    if (!this.#take(",") && this.#text[this.#at] !== close) throw this.#failure("expected a comma");
    this.#space();
  }

  #take(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #token(pattern: RegExp): string {
    this.#space();
    const [match] = pattern.exec(this.#text.slice(this.#at)) ?? [];
    if (match === undefined) throw this.#failure("expected a value");
    this.#at += match.length;
    return match;
  }

  #space(): void {
    while (this.#text[this.#at] === " ") this.#at += 1;
  }

  #failure(what: string): Error {
    return new Error(`line ${this.#line}, column ${this.#at + 1} of the value: ${what}`);
  }
}
