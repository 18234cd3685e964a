// Markdown → the few kinds of text that lessons are made of. `marked` reads it; what is made of its tokens is plain data,
// which the page shows as text nodes. HTML in a lesson is shown as it stands, never interpreted.

import { Lexer, type Token, type Tokens } from 'marked';

/** A stretch of text. `href` is there for links, and is an https address or a place in this page. */
export interface Run {
  mark: 'plain' | 'code' | 'strong' | 'em' | 'link';
  text: string;
  href?: string;
}

/** A paragraph or a list. */
export type Prose = { kind: 'paragraph'; runs: Run[] } | { kind: 'list'; ordered: boolean; items: Run[][] };

/** A piece of a file, with the line it begins on. */
export type Piece = { line: number } & (
  | { kind: 'heading'; depth: number; runs: Run[] }
  | { kind: 'fence'; word: string; text: string }
  | Prose
);

/** Reads a file. */
export function pieces(source: string): Piece[] {
  let line = 1;
  return new Lexer().lex(source.replace(/\r\n?/g, '\n')).flatMap((token) => {
    const at = line;
    line += token.raw.split('\n').length - 1;
    return piece(token, at);
  });
}

/** Reads one line of text. */
export function inline(source: string): Run[] {
  return runs(Lexer.lexInline(source), 'plain');
}

/** The text without its marks. */
export function bare(all: readonly Run[]): string {
  return all.map(({ text }) => text).join('');
}

function piece(token: Token, line: number): Piece[] {
  switch (token.type) {
    case 'space':
    case 'hr':
      return [];
    case 'heading':
      return [{ line, kind: 'heading', depth: (token as Tokens.Heading).depth, runs: runs(token.tokens ?? [], 'plain') }];
    case 'code':
      return [{ line, kind: 'fence', word: (token as Tokens.Code).lang ?? 'text', text: (token as Tokens.Code).text }];
    case 'list': {
      const { ordered, items } = token as Tokens.List;
      return [{ line, kind: 'list', ordered, items: items.map((item) => runs(item.tokens, 'plain')) }];
    }
    default:
      return [{ line, kind: 'paragraph', runs: 'tokens' in token && token.tokens !== undefined ? runs(token.tokens, 'plain') : text('plain', token.raw) }];
  }
}

function runs(tokens: readonly Token[], mark: Run['mark']): Run[] {
  return tokens.flatMap((token): Run[] => {
    switch (token.type) {
      case 'codespan':
        return text('code', (token as Tokens.Codespan).text);
      case 'strong':
      case 'em':
        return runs(token.tokens ?? [], token.type);
      case 'link': {
        const { href, tokens: inner } = token as Tokens.Link;
        const shown = bare(runs(inner, 'plain'));
        return /^(https:\/\/|#)/.test(href) ? [{ mark: 'link', text: shown, href }] : text(mark, shown);
      }
      case 'br':
        return text(mark, '\n');
      case 'escape':
        return text(mark, (token as Tokens.Escape).text);
      case 'text':
      case 'paragraph':
        return token.tokens !== undefined ? runs(token.tokens, mark) : text(mark, (token as Tokens.Text).text);
      default:
        return text(mark, token.raw);
    }
  });
}

function text(mark: Run['mark'], words: string): Run[] {
  // Lines are broken where the window ends, not where the file's do.
  return [{ mark, text: words.replace(/\s*\n\s*/g, ' ') }];
}
