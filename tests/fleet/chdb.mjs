// SPDX-License-Identifier: GPL-2.0-or-later
// tests/fleet/chdb: today's ClickHouse engine, from the npm package chdb, behind as much
// of ClickHouse's HTTP interface as fleet/ and its page use: a query in the URL or the
// body, data in the body, external tables in multipart/form-data, settings in the URL.
// Usage: node chdb.mjs DIRECTORY PORT (NODE_PATH names the modules)
import { createRequire } from "node:module";
import http from "node:http";

const [directory, port] = process.argv.slice(2);
const { Session } = createRequire(`${process.env.NETLOG_MODULES}/`)("chdb");
const session = new Session(directory);

/* One at a time: the tables of a request have names that another one could use, too. */
let last = Promise.resolve();
const serially = (work) => (last = last.then(work, work));

const identifier = /^[a-z_][a-z0-9_]*$/i;

async function externalTables(body, headers, url) {
	const tables = [];
	const form = await new Response(body, { headers }).formData();
	let query = "";
	for (const [name, value] of form) {
		const text = typeof value === "string" ? value : Buffer.from(await value.arrayBuffer());
		if (name === "query") { query = text.toString(); continue; }
		const structure = url.searchParams.get(`${name}_structure`);
		if (!identifier.test(name) || !structure) throw new Error(`external table ${name}: no structure`);
		tables.push({ name, structure, data: text,
			      format: url.searchParams.get(`${name}_format`) ?? "TabSeparated" });
	}
	return { tables, query };
}

function settings(url) {
	const known = /^(query|database|user|password|default_format|.*_structure|.*_format|param_.*)$/;
	return [...url.searchParams].filter(([name]) => !known.test(name) && identifier.test(name))
		.map(([name, value]) => `${name}='${value.replace(/[\\']/g, "\\$&")}'`).join(", ");
}

async function answer(request, body) {
	const url = new URL(request.url, "http://localhost");
	let query = url.searchParams.get("query") ?? "", tables = [];
	const format = url.searchParams.get("default_format") ?? "TabSeparated";
	const database = url.searchParams.get("database");

	if (request.headers["content-type"]?.startsWith("multipart/form-data")) {
		const read = await externalTables(body, request.headers, url);
		tables = read.tables;
		query ||= read.query;
	} else if (!query) {
		query = body.toString();
		body = Buffer.alloc(0);
	}
	const insert = query.match(/^\s*INSERT\s+INTO\s+([\w.]+)\s+FORMAT\s+(\w+)\s*$/i);
	if (database) await session.queryAsync(`USE ${database}`);
	if (insert) {
		await session.insert({ table: insert[1].includes(".") ? insert[1] : `${database ?? "default"}.${insert[1]}`,
				       values: body, format: insert[2] });
		return Buffer.alloc(0);
	}
	const set = settings(url);
	if (set) await session.queryAsync(`SET ${set}`);
	for (const t of tables) {
		await session.queryAsync(`DROP TABLE IF EXISTS ${t.name}`);
		await session.queryAsync(`CREATE TABLE ${t.name} (${t.structure}) ENGINE = Memory`);
		await session.insert({ table: `${database ?? "default"}.${t.name}`, values: t.data, format: t.format });
	}
	try {
		const result = await session.queryAsync(query, { format });
		return Buffer.from(result.bytes());
	} finally {
		for (const t of tables) await session.queryAsync(`DROP TABLE IF EXISTS ${t.name}`);
	}
}

http.createServer((request, response) => {
	const parts = [];
	request.on("data", (part) => parts.push(part));
	request.on("end", () => serially(async () => {
		const headers = { "Access-Control-Allow-Origin": "*" };
		if (request.method === "OPTIONS") {
			response.writeHead(204, { ...headers, "Access-Control-Allow-Headers": "*" }).end();
			return;
		}
		try {
			const result = await answer(request, Buffer.concat(parts));
			response.writeHead(200, headers).end(result);
		} catch (error) {
			response.writeHead(500, headers).end(`${error.message}\n`);
		}
	}));
}).listen(Number(port), "127.0.0.1");
process.on("SIGTERM", () => serially(() => { session.close(); process.exit(0); }));
