// Reads an AsyncAPI document as a viewer does, with the official parser, and prints what it finds. Argument: the document.
import { Parser, fromFile } from "@asyncapi/parser";

const { document, diagnostics } = await fromFile(new Parser(), process.argv[2]).parse();
const faults = diagnostics.filter((one) => one.severity < 2).map((one) => `${one.path.join("/")}: ${one.message}`);

function fields(schema, path, seen) {
  const found = {};
  for (const [name, stated] of Object.entries(schema.properties ?? {})) {
    found[`${path}${name}`] = stated.description ?? "";
    for (const part of [stated, stated.items ?? {}, ...(stated.allOf ?? []), ...(stated.anyOf ?? [])])
      if (part.title && !seen.includes(part.title))
        Object.assign(found, fields(part, `${path}${name}.`, [...seen, part.title]));
  }
  return found;
}

const messages = {};
for (const one of document?.allMessages().all() ?? []) {
  const payload = one.payload().json();
  messages[one.id()] = {
    title: one.title(),
    description: one.description(),
    tags: one.tags().all().map((tag) => tag.name()),
    headers: one.headers().json(),
    fields: fields(payload.allOf ? payload.allOf[0] : payload, "", [payload.title]),
    examples: one.examples().all().map((example) => example.payload()),
  };
}

const operations = {};
for (const one of document?.allOperations().all() ?? []) {
  const reply = one.reply();
  operations[one.id()] = {
    action: one.action(),
    title: one.title(),
    tags: one.tags().all().map((tag) => tag.name()),
    address: one.channels().all()[0].address(),
    bindings: one.bindings().all().map((binding) => ({ protocol: binding.protocol(), ...binding.value() })),
    reply: reply && { address: reply.channel().address(), messages: reply.messages().all().map((message) => message.id()) },
  };
}

const servers = (document?.allServers().all() ?? []).map((one) => ({
  url: one.url(),
  protocol: one.protocol(),
  description: one.description(),
  bindings: one.bindings().all().map((binding) => binding.protocol()),
  security: one.security().length,
}));
const tags = (document?.info().tags().all() ?? []).map((one) => one.name());
console.log(JSON.stringify({ faults, messages, operations, servers, tags, about: document?.info().description() }));
