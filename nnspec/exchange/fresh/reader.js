// A written TensorFlow.js model put to use: `node reader.js MODEL GIVEN ANSWERS`.
// GIVEN and ANSWERS are folders: index.json lists the arrays, whose bytes lie beside it.
// TensorFlow.js is looked for where node is started, and in NODE_PATH.
const fs = require("fs");
const path = require("path");
const { createRequire } = require("module");

const [model, given, answers] = process.argv.slice(2);
let tf;
try {
  tf = createRequire(path.join(process.cwd(), "reader.js"))("@tensorflow/tfjs");
} catch (error) {
  tf = require("@tensorflow/tfjs");
}
const TYPES = { float32: Float32Array, int32: Int32Array };

function bytesOf(file) {
  const content = fs.readFileSync(file);
  return content.buffer.slice(content.byteOffset, content.byteOffset + content.length);
}

const files = {
  load: async () => {
    const said = JSON.parse(fs.readFileSync(path.join(model, "model.json"), "utf8"));
    const groups = said.weightsManifest;
    const parts = groups.flatMap((one) => one.paths.map((name) => bytesOf(path.join(model, name))));
    return {
      modelTopology: said.modelTopology,
      weightSpecs: groups.flatMap((one) => one.weights),
      weightData: tf.io.concatenateArrayBuffers(parts),
      format: said.format,
    };
  },
};

function readArrays() {
  const index = JSON.parse(fs.readFileSync(path.join(given, "index.json"), "utf8"));
  return index.map((one, place) => {
    const values = new TYPES[one.dtype](bytesOf(path.join(given, `${place}.bin`)));
    return tf.tensor(values, one.shape, one.dtype);
  });
}

async function main() {
  await tf.setBackend("cpu");
  const loaded = await tf.loadLayersModel(files);
  const rows = readArrays();
  const fed = rows.length > 1 ? rows : rows[0];
  const begun = process.hrtime.bigint();
  const left = loaded.predict(fed, { batchSize: loaded.inputs[0].shape[0] || 256 });
  const outputs = Array.isArray(left) ? left : [left];
  const values = outputs.map((one) => one.dataSync());
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  const listed = outputs.map((one) => ({ shape: one.shape, dtype: one.dtype }));
  values.forEach((one, place) => {
    fs.writeFileSync(path.join(answers, `${place}.bin`), Buffer.from(one.buffer, one.byteOffset, one.byteLength));
  });
  const index = JSON.stringify({ outputs: listed, seconds });
  fs.writeFileSync(path.join(answers, "index.json"), index);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
