// SPDX-License-Identifier: GPL-2.0-or-later
// tests/fleet/duckdb: runs a file of SQL in DuckDB (npm), then prints each query's rows as
// JSON. Usage: node duckdb.mjs FILE_LIST_AS_JSON SQL_FILE QUERY…
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const { DuckDBInstance } = createRequire(`${process.env.NETLOG_MODULES}/`)("@duckdb/node-api");
const [files, sql, ...queries] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create(":memory:")).connect();
await connection.run(`SET VARIABLE files = [${JSON.parse(files).map((f) => `'${f.replace(/'/g, "''")}'`)}]`);
await connection.run(readFileSync(sql, "utf8"));
for (const query of queries) {
	const reader = await connection.runAndReadAll(query);
	console.log(JSON.stringify(reader.getRowObjectsJson()));
}
