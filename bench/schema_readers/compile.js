// The schema in ajv (strict) and in vscode-json-languageservice: both take every spec that is given.
// Usage: npm install ajv vscode-json-languageservice yaml && node compile.js SCHEMA SPEC...
const fs = require("fs");
const Ajv = require("ajv/dist/2020").default;
const YAML = require("yaml");
const { getLanguageService, TextDocument } = require("vscode-json-languageservice");

const [schemaFile, ...specs] = process.argv.slice(2);
const schema = JSON.parse(fs.readFileSync(schemaFile, "utf8"));
const said = [];
const logger = { log() {}, warn: (text) => said.push(text), error: (text) => said.push(text) };
const validate = new Ajv({ strict: true, logger }).compile(schema);
const service = getLanguageService({});

async function main() {
  const refused = [];
  for (const file of specs) {
    const spec = YAML.parse(fs.readFileSync(file, "utf8"));
    if (!validate(spec)) refused.push(`ajv ${file} ${JSON.stringify(validate.errors[0])}`);
    const text = TextDocument.create("file:///spec.json", "json", 1, JSON.stringify(spec));
    const found = await service.doValidation(text, service.parseJSONDocument(text), {}, schema);
    if (found.length) refused.push(`vscode ${file} ${found[0].message}`);
  }
  console.log([...said, ...refused].join("\n"));
  console.log(`${specs.length} specs, ${refused.length} refusals, ${said.length} complaints`);
  process.exit(said.length || refused.length ? 1 : 0);
}

main();
