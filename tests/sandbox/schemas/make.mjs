// Writes rest.json and gateway.json, JSON Schemas of Discord's API, from published packages. `make schemas` runs it.
// rest.json: discord-api-spec, which is generated from Discord's own OpenAPI description.
// gateway.json: discord-api-types, whose authors describe the gateway's events.
import fs from "node:fs";
import path from "node:path";
import * as described from "discord-api-spec/zod";
import { createGenerator } from "ts-json-schema-generator";
import ts from "typescript";
import * as z from "zod/mini";

const packages = import.meta.dirname;
const target = process.argv[2];
const version = (name) => `${name} ${JSON.parse(fs.readFileSync(path.join(packages, "node_modules", name, "package.json"))).version}`;
const definitions = (name) => `#/$defs/${name}`;

// --- REST

const registry = z.registry();
for (const [name, schema] of Object.entries(described)) {
  if (name.endsWith("Schema")) registry.add(schema, { id: name.slice(0, -"Schema".length) });
}
const { schemas } = z.toJSONSchema(registry, { uri: definitions, unrepresentable: "any", io: "input" });
for (const schema of Object.values(schemas)) {
  delete schema.$id;
  delete schema.$schema;
}
// what the description says otherwise than Discord's documentation, which shows codes such as BASE_TYPE_MAX_LENGTH in
// nested errors
schemas.Error.properties.code = { type: ["number", "string"] };
// 1 is a forward
schemas.MessageReferenceType = { type: "number", enum: [0, 1] };

// a TypeScript type as JSON Schema; files are no JSON, so that multipart bodies have only their payload checked
function schemaOf(node) {
  if (ts.isParenthesizedTypeNode(node)) return schemaOf(node.type);
  if (ts.isUnionTypeNode(node)) return { anyOf: node.types.map(schemaOf) };
  if (ts.isArrayTypeNode(node)) return { type: "array", items: schemaOf(node.elementType) };
  if (ts.isTypeReferenceNode(node) && schemas[node.typeName.text]) return { $ref: definitions(node.typeName.text) };
  if (ts.isTypeReferenceNode(node) && node.typeName.text === "Record") return { type: "object", additionalProperties: schemaOf(node.typeArguments[1]) };
  if (ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.NullKeyword) return { type: "null" };
  if (ts.isLiteralTypeNode(node)) return { const: node.literal.text };
  if (ts.isTypeLiteralNode(node)) {
    const members = node.members.filter((member) => member.name);
    return {
      type: "object",
      properties: Object.fromEntries(members.map((member) => [member.name.text, schemaOf(member.type)])),
      required: members.filter((member) => !member.questionToken).map((member) => member.name.text),
    };
  }
  const simple = { [ts.SyntaxKind.StringKeyword]: "string", [ts.SyntaxKind.NumberKeyword]: "number", [ts.SyntaxKind.BooleanKeyword]: "boolean" };
  return simple[node.kind] ? { type: simple[node.kind] } : {};
}

const property = (node, name) => node.members.find((member) => member.name?.text === name);
const source = fs.readFileSync(path.join(packages, "node_modules/discord-api-spec/build/discord-api-spec.ts"), "utf8");
const tree = ts.createSourceFile("spec.ts", source, ts.ScriptTarget.Latest);
const paths = tree.statements.find((statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === "Paths");
const routes = {};
for (const route of paths.members) {
  for (const method of route.type.members) {
    if (!ts.isTypeLiteralNode(method.type)) continue;
    const body = property(method.type, "requestBody")?.type;
    const answers = property(method.type, "responses").type.members.map((answer) => [answer.name.text, answer.type.kind === ts.SyntaxKind.UndefinedKeyword ? null : schemaOf(answer.type)]);
    routes[`${method.name.text.toUpperCase()} ${route.name.text}`] = {
      request: !body || body.kind === ts.SyntaxKind.UndefinedKeyword ? null : schemaOf(body),
      responses: Object.fromEntries(answers),
    };
  }
}

// --- the gateway

const entry = path.join(packages, "events.ts");
fs.writeFileSync(path.join(packages, "tsconfig.json"), JSON.stringify({ compilerOptions: { module: "node16", moduleResolution: "node16", target: "es2022", strict: true, exactOptionalPropertyTypes: true, skipLibCheck: true } }));
const events = ["READY", "RESUMED", "GUILD_CREATE", "GUILD_DELETE", "GUILD_MEMBER_UPDATE", "GUILD_MEMBERS_CHUNK", "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "CHANNEL_PINS_UPDATE", "THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE", "THREAD_MEMBERS_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE", "MESSAGE_REACTION_REMOVE_ALL", "MESSAGE_REACTION_REMOVE_EMOJI", "TYPING_START", "INTERACTION_CREATE", "WEBHOOKS_UPDATE", "GUILD_UPDATE", "GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE", "GUILD_BAN_ADD", "GUILD_BAN_REMOVE", "GUILD_EMOJIS_UPDATE", "GUILD_STICKERS_UPDATE", "GUILD_AUDIT_LOG_ENTRY_CREATE", "PRESENCE_UPDATE", "VOICE_STATE_UPDATE"];
// the generator cannot read the types of these two, which are a message with guild_id, member and mentions
const messages = ["MESSAGE_CREATE", "MESSAGE_UPDATE"];
const votes = ["MESSAGE_POLL_VOTE_ADD", "MESSAGE_POLL_VOTE_REMOVE"];
const typeOf = (event) => `d.Gateway${event.toLowerCase().replace(/(^|_)(.)/g, (_, __, letter) => letter.toUpperCase())}DispatchData`;
const exists = fs.readFileSync(path.join(packages, "node_modules/discord-api-types/gateway/v10.d.ts"), "utf8");
const lines = events.filter((event) => exists.includes(typeOf(event).slice(2))).map((event) => `  ${event}: ${typeOf(event)};`);
lines.push("  RESUMED: {};", ...votes.map((event) => `  ${event}: d.GatewayMessagePollVoteDispatchData;`), ...messages.map((event) => `  ${event}: d.APIMessage;`));
// what a client sends, by opcode
const sends = { 1: "GatewayHeartbeatData", 2: "GatewayIdentifyData", 3: "GatewayPresenceUpdateData", 4: "GatewayVoiceStateUpdateData", 6: "GatewayResumeData", 8: "GatewayRequestGuildMembersData" };
lines.push(...Object.entries(sends).map(([op, type]) => `  SEND_${op}: d.${type};`));
fs.writeFileSync(entry, `import type * as d from "discord-api-types/v10";\nexport interface Events {\n${lines.join("\n")}\n}\n`);
const made = createGenerator({ path: entry, type: "Events", tsconfig: path.join(packages, "tsconfig.json"), skipTypeCheck: true, jsDoc: "none", additionalProperties: true, topRef: false }).createSchema("Events");

// the generator takes every field of a picked type for the whole type
const { properties, required } = made.definitions.APIMessage;
const snapshot = made.definitions.APIMessageSnapshotFields;
snapshot.properties = Object.fromEntries(Object.keys(snapshot.properties).map((key) => [key, properties[key]]));
snapshot.required = snapshot.required.filter((key) => required.includes(key));

// zod's pattern of a time accepts no offset but Z, RFC 3339 does; the generator makes an enum of a type that is a bit
// field or a number of one value, and an empty one where types exclude each other
function mended(value, name = "") {
  if (Array.isArray(value)) return value.map((entry) => mended(entry));
  if (value === null || typeof value !== "object") return value;
  if (/Flags$/.test(name) && (value.enum || "const" in value)) return { type: "integer" };
  if (value.enum?.length === 0) return { type: value.type };
  const { pattern, ...rest } = value;
  const kept = pattern === undefined || value.format === "date-time" ? rest : { ...rest, pattern };
  return Object.fromEntries(Object.entries(kept).map(([key, entry]) => [key, mended(entry)]));
}

// one definition a line, so that a new version shows what changed
function write(name, head, defs) {
  const text = JSON.stringify(head).slice(0, -1);
  const rows = Object.keys(defs).sort().map((key) => `${JSON.stringify(key)}:${JSON.stringify(mended(defs[key], key))}`);
  fs.writeFileSync(path.join(target, name), `${text},\n"$defs":{\n${rows.join(",\n")}\n}}\n`);
}
write("rest.json", { package: version("discord-api-spec"), routes }, schemas);
const rename = (value) => JSON.parse(JSON.stringify(value).replaceAll("#/definitions/", "#/$defs/"));
const described_by = (sent) => Object.fromEntries(Object.entries(made.properties).filter(([name]) => name.startsWith("SEND_") === sent).map(([name, schema]) => [name.replace("SEND_", ""), schema]));
write("gateway.json", { package: version("discord-api-types"), events: rename(described_by(false)), sends: rename(described_by(true)) }, rename(made.definitions));
