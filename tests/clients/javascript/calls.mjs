// Makes the calls that come in as lines of JSON, and writes what came of each as one line of JSON.
//
// A line in:  {"operation": "GetSecretValue", "inputs": [{"SecretId": "db/password"}, ...]}: at the same time
// A line out: [{"answer": {...}} or {"error": {"name": ..., "message": ..., "attempts": ...}}, ...]

import { createInterface } from "node:readline";
import * as sdk from "@aws-sdk/client-secrets-manager";

const client = new sdk.SecretsManagerClient(); // endpoint, region and credentials come from the environment

async function call(operation, input) {
  try {
    const { $metadata, ...answer } = await client.send(new sdk[`${operation}Command`](input));
    return { answer };
  } catch (error) {
    return { error: { name: error.name, message: error.message, attempts: error.$metadata?.attempts } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { operation, inputs } = JSON.parse(line);
  const results = await Promise.all(inputs.map((input) => call(operation, input)));
  process.stdout.write(`${JSON.stringify(results)}\n`);
}
client.destroy();
