#include "helper_people.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "clock.h"
#include "helper_store.h"
#include "idcard.h"
#include "resident_key.h"

#include "banned.h"

enum { PER_VILLAGE = 25000, SURNAMES = 40, GIVEN = 60 };

int64_t bench_number(const char *variable, int64_t otherwise)
{
	const char *text = getenv(variable);

	return text == NULL ? otherwise : strtoll(text, NULL, 10);
}

const char *bench_folder(void)
{
	const char *text = getenv("BENCH_DIR");

	return text == NULL ? "/tmp" : text;
}

/* A number that looks like chance and is always the same. */
static uint64_t mixed(int64_t n, uint64_t salt)
{
	uint64_t x = (uint64_t)n * 0x9E3779B97F4A7C15u + salt * 0xBF58476D1CE4E5B9u;

	x ^= x >> 30;
	x *= 0xBF58476D1CE4E5B9u;
	x ^= x >> 27;
	x *= 0x94D049BB133111EBu;
	return x ^ x >> 31;
}

static const char *character(uint64_t n, uint64_t from, char out[8])
{
	uint32_t c = 0x4E00 + (uint32_t)((from + n) % 2000) * 7;

	out[0] = (char)(0xE0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 63));
	out[2] = (char)(0x80 | (c & 63));
	out[3] = '\0';
	return out;
}

static const char *id_of(struct arena *a, int64_t n)
{
	char digits[24];

	snprintf(digits, sizeof digits, "310118%04d%02d%02d%03d", 1930 + (int)(n / 336000 % 80),
		1 + (int)(n / 28000 % 12), 1 + (int)(n / 1000 % 28), (int)(n % 1000));
	return arena_print(a, "%s%c", digits, idcard_check(digits));
}

void bench_resident(struct arena *a, int64_t n, struct resident_record *out)
{
	char s[8], g[8], h[8];
	int village = (int)(n / PER_VILLAGE % BENCH_VILLAGES);

	*out = (struct resident_record){ .id_type = "",
		.sex = n % 2 ? "M" : "F",
		.area_code = "",
		.grid = "",
		.addr_reg = "",
		.tags = n % 5 == 0 ? "独居 老年" : "",
		.risk = "",
		.employer = "",
		.occupation = "",
		.remark = "" };
	out->name = arena_print(a, "%s%s%s", character(mixed(n, 1) % SURNAMES, 0, s),
		character(mixed(n, 2) % GIVEN, 100, g), character(mixed(n, 3) % GIVEN, 300, h));
	out->id_no = id_of(a, n);
	out->birth =
		arena_print(a, "%.4s-%.2s-%.2s", out->id_no + 6, out->id_no + 10, out->id_no + 12);
	out->village = arena_print(a, "第%d村", village + 1);
	out->addr_live = arena_print(a, "示例镇第%d村%d组%d号", village + 1,
		(int)(n % PER_VILLAGE / 100) + 1, (int)(n % 100) + 1);
	out->phone[0] = (struct resident_record_phone){ .kind = "own",
		.phone = arena_print(a, "13%09llu", (unsigned long long)(mixed(n, 4) % 1000000000)),
		.name = "",
		.relation = "" };
	out->phone_count = 1;
	if (n % 4 == 0)
		out->phone[out->phone_count++] = (struct resident_record_phone){ .kind = "family",
			.phone = arena_print(
				a, "15%09llu", (unsigned long long)(mixed(n, 5) % 1000000000)),
			.name = out->name,
			.relation = "子" };
}

void bench_areas(struct store *s)
{
	bool created;

	store_begin(s);
	store_job_begin(s, TEMP_NOW);
	for (int i = 0; i < BENCH_VILLAGES; i++) {
		char code[32], name[32];

		snprintf(code, sizeof code, "310118110%03d", 201 + i);
		snprintf(name, sizeof name, "第%d村", i + 1);
		area_put(s, "bench",
			&(struct area){ .code = code,
				.name = name,
				.kind = "village",
				.parent = "310118110000",
				.aliases = "" },
			&created);
	}
	store_job_end(s);
	if (store_commit(s) != STORE_OK)
		abort();
}

int64_t bench_import_slice(struct store *s, int64_t i)
{
	static struct people_record rows[PEOPLE_SLICE];
	static struct people_row out[PEOPLE_SLICE];
	const struct people_import how = {
		.actor = "bench", .centre = "310118110000", .kind = HEADER_RESIDENT
	};
	struct people_counts counts;
	struct arena a;
	int64_t start;

	arena_init(&a, 16 << 20);
	for (int k = 0; k < PEOPLE_SLICE; k++) {
		rows[k].kind = HEADER_RESIDENT;
		bench_resident(&a, i * PEOPLE_SLICE + k, &rows[k].of.resident);
	}
	start = clock_mono_us();
	store_begin(s);
	store_job_begin(s, TEMP_NOW + i);
	people_import_slice(s, &how, rows, PEOPLE_SLICE, out, &counts);
	store_job_end(s);
	if (store_commit(s) != STORE_OK || counts.created != PEOPLE_SLICE)
		abort();
	arena_free(&a);
	return clock_mono_us() - start;
}

int64_t bench_settle(struct store *s)
{
	int64_t start = clock_mono_us();
	bool more = true;

	while (more) {
		store_begin(s);
		store_job_begin(s, TEMP_NOW);
		more = resident_keys_settle(s, 4096);
		store_job_end(s);
		if (store_commit(s) != STORE_OK)
			abort();
	}
	return clock_mono_us() - start;
}

/* -- SQLite alone ---------------------------------------------------------------------------------- */

static void exec(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", sql, why);
		abort();
	}
}

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *q = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
		abort();
	return q;
}

static void step(sqlite3_stmt *q)
{
	int rc = sqlite3_step(q);

	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		abort();
	sqlite3_reset(q);
}

static void bare_row(sqlite3_stmt *find, sqlite3_stmt *person, sqlite3_stmt *phone, int64_t n)
{
	static const char sealed[60];
	uint64_t id_lk[2] = { mixed(n, 11), mixed(n, 12) }, name_lk[2] = { mixed(n, 13), 0 };
	char area[32];

	snprintf(area, sizeof area, "310118110%03d", 201 + (int)(n / PER_VILLAGE % BENCH_VILLAGES));
	sqlite3_bind_blob(find, 1, id_lk, sizeof id_lk, SQLITE_STATIC);
	step(find);
	sqlite3_bind_int64(person, 1, n);
	sqlite3_bind_blob(person, 2, sealed, 38, SQLITE_STATIC);
	sqlite3_bind_blob(person, 3, name_lk, sizeof name_lk, SQLITE_STATIC);
	sqlite3_bind_blob(person, 4, sealed, 47, SQLITE_STATIC);
	sqlite3_bind_blob(person, 5, id_lk, sizeof id_lk, SQLITE_STATIC);
	sqlite3_bind_text(person, 6, area, -1, SQLITE_STATIC);
	sqlite3_bind_blob(person, 7, sealed, 60, SQLITE_STATIC);
	step(person);
	for (int k = 0; k < (n % 4 == 0 ? 2 : 1); k++) {
		uint64_t lk[2] = { mixed(n, 14 + (uint64_t)k), 5 };

		sqlite3_bind_int64(phone, 1, n * 16 + k);
		sqlite3_bind_blob(phone, 2, sealed, 40, SQLITE_STATIC);
		sqlite3_bind_blob(phone, 3, lk, sizeof lk, SQLITE_STATIC);
		step(phone);
	}
}

static void bare_tables(sqlite3 *db)
{
	exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192;"
		 "PRAGMA secure_delete=FAST; PRAGMA wal_autocheckpoint=1000;"
		 "CREATE TABLE person (id INTEGER PRIMARY KEY, name_x, name_lk, id_x, id_lk, area "
		 "TEXT,"
		 " address_x, birth TEXT, state TEXT);"
		 "CREATE INDEX person_id ON person (id_lk);"
		 "CREATE INDEX person_name ON person (area, name_lk);"
		 "CREATE TABLE phone (id INTEGER PRIMARY KEY, kind, phone_x, phone_lk);"
		 "CREATE INDEX phone_lk ON phone (phone_lk, kind)");
}

double bench_bare_import(int64_t rows)
{
	struct temp_store t;
	sqlite3 *db = NULL;
	sqlite3_stmt *find, *person, *phone;
	char path[128];
	int64_t start, took;

	temp_store_open_in(&t, bench_folder());
	snprintf(path, sizeof path, "%s/bare.db", t.dir);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		abort();
	bare_tables(db);
	find = prepared(db, "SELECT id FROM person WHERE id_lk = ?");
	person = prepared(
		db, "INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?, '1955-01-01', 'active')");
	phone = prepared(db, "INSERT INTO phone VALUES (?, 'own', ?, ?)");
	start = clock_mono_us();
	for (int64_t n = 0; n < rows; n++) {
		if (n % PEOPLE_SLICE == 0)
			exec(db, "BEGIN");
		bare_row(find, person, phone, n);
		if (n % PEOPLE_SLICE == PEOPLE_SLICE - 1)
			exec(db, "COMMIT");
	}
	took = clock_mono_us() - start;
	sqlite3_finalize(find);
	sqlite3_finalize(person);
	sqlite3_finalize(phone);
	sqlite3_close(db);
	temp_store_close(&t);
	return (double)rows * 1e6 / (double)took;
}
