/*
 * How long it takes to find whom a warning means, among many residents. The limit named beside
 * each: bare SQLite on the same file, the key ready at hand, reading the same rows.
 *
 *   BENCH_ROWS   residents (default 100000)      BENCH_LOOKUPS  (default 20000)
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "helper_people.h"
#include "helper_store.h"
#include "people.h"
#include "resident_find.h"
#include "resident_key.h"

#include "banned.h"

enum { KEYS = 20000, ROUNDS = 5 };

/* What warnings say about KEYS residents, and its keys for bare SQLite. Each means somebody else,
 * all over the list: pages are not at hand from the last time, for neither. */
struct ask {
	const char *name, *id_no, *birth, *phone, *area;
	int64_t id_key, phone_key, name_key, low, high; /* low, high: the tags of the village */
};

static struct ask asks[KEYS];
static struct arena texts;
static int64_t rows, lookups;

static void prepare_asks(struct store *s)
{
	arena_init(&texts, 64 << 20);
	for (int i = 0; i < KEYS; i++) {
		int64_t n = (int64_t)i * 7919 % rows;
		struct resident_record r;

		bench_resident(&texts, n, &r);
		asks[i] = (struct ask){ .name = r.name,
			.id_no = r.id_no,
			.birth = r.birth,
			.phone = r.phone[0].phone,
			.area = arena_print(
				&texts, "310118110%03d", 201 + (int)(n / 25000 % BENCH_VILLAGES)) };
		asks[i].id_key = resident_key(s, "id", r.id_no);
		asks[i].phone_key = resident_key(s, "phone", r.phone[0].phone);
		asks[i].name_key = resident_key(s, "name", r.name);
		resident_village_tags(asks[i].area, &asks[i].low, &asks[i].high);
	}
}

/* -- ours ----------------------------------------------------------------------------------- */

static void by_id(struct store *s, const struct ask *a)
{
	int64_t id;

	if (resident_by_id_no(s, a->id_no, &id, 1) != 1)
		abort();
}

static void by_phone(struct store *s, const struct ask *a)
{
	int64_t id[8];

	if (resident_by_phone(s, a->phone, NULL, id, 8) < 1)
		abort();
}

static void by_name(struct store *s, const struct ask *a)
{
	int64_t id[64];

	if (resident_by_name_in_area(s, a->name, a->area, id, 64) < 1)
		abort();
}

static void matched(struct store *s, const struct match_person *p)
{
	if (people_match(s, p).id == 0)
		abort();
}

static void match_by_id(struct store *s, const struct ask *a)
{
	matched(s, &(struct match_person){ .name = a->name, .id_no = a->id_no });
}

static void match_by_phone(struct store *s, const struct ask *a)
{
	matched(s,
		&(struct match_person){ .name = a->name, .phones = &a->phone, .phone_count = 1 });
}

static void match_by_birth(struct store *s, const struct ask *a)
{
	matched(s, &(struct match_person){ .name = a->name, .birth = a->birth, .area = a->area });
}

/* -- bare SQLite: the same pages, the key at hand, the sealed columns only touched -------------- */

static sqlite3 *bare;

static sqlite3_stmt *kept(sqlite3_stmt **q, const char *sql)
{
	if (*q == NULL &&
		sqlite3_prepare_v3(bare, sql, -1, SQLITE_PREPARE_PERSISTENT, q, NULL) != SQLITE_OK)
		abort();
	sqlite3_reset(*q);
	return *q;
}

static void read_all(sqlite3_stmt *q)
{
	int n = 0;

	while (sqlite3_step(q) == SQLITE_ROW) {
		for (int c = 0; c < sqlite3_column_count(q); c++)
			n += sqlite3_column_bytes(q, c) > 0;
	}
	if (n == 0)
		abort();
}

static void ask_bare(sqlite3_stmt *q, int64_t key)
{
	sqlite3_bind_int64(q, 1, key);
	read_all(q);
}

static void bare_id(struct store *s, const struct ask *a)
{
	static sqlite3_stmt *q;

	(void)s;
	ask_bare(kept(&q, "SELECT id FROM resident_key WHERE key = ? AND tag = 0"), a->id_key);
}

static void bare_phone(struct store *s, const struct ask *a)
{
	static sqlite3_stmt *q;

	(void)s;
	ask_bare(kept(&q, "SELECT id, tag FROM resident_key WHERE key = ?"), a->phone_key);
}

static void ask_bare_name(sqlite3_stmt *q, const struct ask *a)
{
	sqlite3_bind_int64(q, 2, a->low);
	sqlite3_bind_int64(q, 3, a->high);
	ask_bare(q, a->name_key);
}

static void bare_name(struct store *s, const struct ask *a)
{
	static sqlite3_stmt *q;

	(void)s;
	ask_bare_name(
		kept(&q, "SELECT id FROM resident_key WHERE key = ? AND tag >= ? AND tag < ?"), a);
}

#define ROW \
	"SELECT r.name_x, r.id_no_x, r.birth, r.area, r.state, r.address_x FROM resident_key k" \
	" CROSS JOIN resident r WHERE r.id = k.id AND k.key = ?"

static void bare_id_row(struct store *s, const struct ask *a)
{
	static sqlite3_stmt *q;

	(void)s;
	ask_bare(kept(&q, ROW " AND k.tag = 0"), a->id_key);
}

static void bare_phone_row(struct store *s, const struct ask *a)
{
	static sqlite3_stmt *q;

	(void)s;
	ask_bare(kept(&q, ROW), a->phone_key);
}

static void bare_name_row(struct store *s, const struct ask *a)
{
	static sqlite3_stmt *q;

	(void)s;
	ask_bare_name(kept(&q, ROW " AND k.tag >= ? AND k.tag < ?"), a);
}

/* -- the clock ------------------------------------------------------------------------------------ */

static double once_us(struct store *s, void (*run)(struct store *, const struct ask *))
{
	int64_t start = clock_mono_us();

	for (int64_t i = 0; i < lookups; i++) {
		arena_reset(&s->arena);
		run(s, &asks[i % KEYS]);
	}
	return (double)(clock_mono_us() - start) / (double)lookups;
}

/* The best of some rounds, ours and bare in turn: others use the machine too. */
static void compare(struct store *s, const char *name,
	void (*ours)(struct store *, const struct ask *),
	void (*theirs)(struct store *, const struct ask *))
{
	double a = 1e9, b = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double x = once_us(s, ours), y = once_us(s, theirs);

		a = x < a ? x : a;
		b = y < b ? y : b;
	}
	printf("%-22s us %6.2f bare_sqlite_us %6.2f ratio %.2f\n", name, a, b, a / b);
}

int main(void)
{
	struct temp_store t;

	rows = bench_number("BENCH_ROWS", 100000);
	lookups = bench_number("BENCH_LOOKUPS", 20000);
	temp_store_open(&t);
	bench_areas(t.s);
	for (int64_t i = 0; i < rows / PEOPLE_SLICE; i++)
		bench_import_slice(t.s, i);
	bench_settle(t.s);
	if (sqlite3_open_v2(t.db, &bare, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
		sqlite3_exec(bare, "PRAGMA cache_size=-8192; BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return 1;
	store_begin(t.s); /* as the desk: its handle, many lookups in one transaction */
	prepare_asks(t.s);
	printf("match rows %lld lookups %lld\n", (long long)rows, (long long)lookups);
	compare(t.s, "lookup_by_id", by_id, bare_id);
	compare(t.s, "lookup_by_phone", by_phone, bare_phone);
	compare(t.s, "lookup_by_name_area", by_name, bare_name);
	compare(t.s, "match_by_id", match_by_id, bare_id_row);
	compare(t.s, "match_by_phone", match_by_phone, bare_phone_row);
	compare(t.s, "match_by_name_birth", match_by_birth, bare_name_row);
	if (store_commit(t.s) != STORE_OK)
		return 1;
	temp_store_close(&t);
	arena_free(&texts);
	return 0;
}
