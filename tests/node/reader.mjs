// Takes all that streams hold as a stranger's program would: NATS, CloudEvents and AJV in strict mode, and nothing of
// ours but the published schemas. Arguments: server, user, folder of schemas, streams; the password is BUS_PASSWORD.
// Prints how much it took from each stream, how much of each name it read, and what was wrong with which message.
import { readFileSync } from "node:fs";
import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { CloudEvent } from "cloudevents";

const REQUIRED = ["specversion", "id", "source", "type", "time"];
const AT_ONCE = 500;

const [servers, user, schemas, ...streams] = process.argv.slice(2);
const ajv = new Ajv2020.default({ strict: true });
addFormats.default(ajv);
ajv.addSchema(JSON.parse(readFileSync(`${schemas}/definitions.json`, "utf8")), "definitions.json");
const checks = {};
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const taken = {};
const read = {};
const wrong = [];

function event(message) {
  const attributes = {};
  for (const [header, values] of message.headers ?? []) {
    const name = header.toLowerCase();
    if (!name.startsWith("ce-")) continue;
    if (values.length > 1 || name.slice(3) in attributes) throw new Error(`${name} stands there twice`);
    attributes[name.slice(3)] = decodeURIComponent(values[0]);
  }
  // The package makes up an id, a time and a version where there is none.
  const absent = REQUIRED.filter((name) => !attributes[name]);
  if (absent.length > 0) throw new Error(`without ${absent}`);
  const data = JSON.parse(utf8.decode(message.data));
  return new CloudEvent({ ...attributes, datacontenttype: message.headers.get("content-type"), data }, true);
}

function take(message) {
  const told = message.subject.split(".");
  const name = told[0] === "rejected" ? "rejected.refusal.v1" : told.slice(0, 3).join(".");
  const { type, data } = event(message);
  if (type !== `cn.linzhang.${name}`) throw new Error(`the type is ${type}`);
  checks[name] ??= ajv.compile(JSON.parse(readFileSync(`${schemas}/${name}.json`, "utf8")));
  if (!checks[name](data)) throw new Error(ajv.errorsText(checks[name].errors));
  read[name] = (read[name] ?? 0) + 1;
}

const bus = await connect({ servers, user, pass: process.env.BUS_PASSWORD, inboxPrefix: `_INBOX.${user}` });
for (const stream of streams) {
  taken[stream] = 0;
  const consumer = await jetstream(bus).consumers.get(stream);
  if ((await consumer.info(true)).num_pending === 0) continue;
  for await (const message of await consumer.consume({ max_messages: AT_ONCE })) {
    taken[stream] += 1;
    try {
      take(message);
    } catch (error) {
      wrong.push({ stream, sequence: message.seq, subject: message.subject, why: error.message });
    }
    if (message.info.pending === 0) break;
  }
}
await bus.close();
console.log(JSON.stringify({ taken, read, wrong }));
