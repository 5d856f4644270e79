/* Lists: every one of them can be asked for, pages lose nothing, and nothing plain leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "area.h"
#include "clock.h"
#include "desk.h"
#include "helper_store.h"
#include "json.h"
#include "listing.h"
#include "member.h"
#include "record_read.h"
#include "resident.h"
#include "veil.h"

#include "banned.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Made-up people; none of these texts may be seen by who has no right. */
static const char *const canaries[] = { "李示例", "310118195501010018", "13800138000", "李小例",
	"13900139000", "12号", "王样本", "13700137000", "独居老人", "赵测试", "13600136000",
	"8号" };

static const char warning_listed[] =
	"{\"source\":\"96110\",\"warn_no\":\"A1\",\"level\":\"高危\",\"name\":\"李示例\","
	"\"phones\":[\"13800138000\"],\"address\":\"示例村6组12号\",\"fraud_type\":\"刷单\","
	"\"amount\":\"3万\",\"remark\":\"独居老人\"}";
static const char warning_stranger[] =
	"{\"source\":\"96110\",\"warn_no\":\"A2\",\"level\":\"低危\",\"name\":\"赵测试\","
	"\"phones\":[\"13600136000\"],\"address\":\"样板村2组8号\"}";

struct house {
	struct temp_store t;
	struct desk *desk;
	struct settings *set;
};

static void push(struct house *h, const char *text)
{
	struct intake_ctx ctx = { .now_ms = TEMP_NOW, .seal = h->t.s->seal };
	json_t *o = json_loads(text, 0, NULL);
	struct accept_result result;
	struct warning_record *r;
	struct notes notes;
	struct fault why;

	r = record_read_json(o, 0, &ctx, &why, &notes);
	assert_non_null(r);
	temp_job(&h->t, TEMP_NOW + 1000);
	desk_accept(h->desk, "key:police", r, &result);
	assert_int_equal(temp_done(&h->t), STORE_OK);
	record_free(r);
	json_decref(o);
}

static void settle(struct store *s)
{
	static const struct area areas[] = {
		{ .code = "310118110000",
			.parent = "",
			.name = "示例镇",
			.kind = "town",
			.aliases = "" },
		{ .code = "310118110203",
			.parent = "310118110000",
			.name = "示例村",
			.kind = "village",
			.aliases = "" },
		{ .code = "310118110204",
			.parent = "310118110000",
			.name = "样板村",
			.kind = "village",
			.aliases = "" },
	};
	struct team team = { .name = "示例村劝导队", .area = "310118110203", .kind = "village" };
	struct member member = { .name = "王样本",
		.phone = "13700137000",
		.post = "member",
		.post_raw = "队员",
		.area = "310118110203",
		.state = "active",
		.pledged_on = "2026-01-01",
		.trained_on = "" };
	struct resident li = { .name = "李示例",
		.id_no = "310118195501010018",
		.birth = "1955-01-01",
		.sex = "M",
		.area = "310118110203",
		.address = "示例村6组12号",
		.tags = "elder",
		.risk = "HIGH",
		.state = "active",
		.remark = "独居老人",
		.phone = { { "own", "13800138000", "", "" },
			{ "family", "13900139000", "李小例", "子" } },
		.phone_count = 2 };
	bool created, changed;

	for (size_t i = 0; i < COUNT(areas); i++)
		area_put(s, "cli", &areas[i], &created);
	member.team_id = team_put(s, "cli", &team, &created);
	member_put(s, "cli", &member, &created);
	resident_put(s, "cli", &li, &created, &changed);
}

static int house_open(void **state)
{
	struct house *h = calloc(1, sizeof *h);

	if (h == NULL || !clock_zone("Asia/Shanghai"))
		return -1;
	clock_virtual(TEMP_NOW);
	temp_quiet();
	h->set = malloc(sizeof *h->set);
	settings_default(h->set);
	snprintf(h->set->area, sizeof h->set->area, "310118110000");
	snprintf(h->set->centre, sizeof h->set->centre, "示例镇反诈分中心");
	temp_store_open(&h->t);
	h->desk = desk_open(h->t.s, h->set);
	temp_job(&h->t, TEMP_NOW);
	settle(h->t.s);
	assert_int_equal(temp_done(&h->t), STORE_OK);
	push(h, warning_listed);
	push(h, warning_stranger);
	*state = h;
	return 0;
}

static int house_close(void **state)
{
	struct house *h = *state;

	desk_close(h->desk);
	temp_store_close(&h->t);
	settings_free(h->set);
	free(h);
	temp_loud();
	clock_real();
	return 0;
}

static json_t *page(struct house *h, const char *noun, struct listing_query q, const char **next)
{
	const char *bad;
	json_t *items;

	arena_reset(&h->t.s->arena);
	assert_true(listing_page(h->t.s, listing_find(noun), &q, &items, next, &bad));
	assert_int_equal(db_rc(h->t.s->db), STORE_OK);
	return items;
}

static size_t count(
	struct house *h, const char *noun, const char *param, const char *value, const char *scope)
{
	struct listing_query q = { .scope = scope };
	const char *next;
	json_t *items;
	size_t n;

	if (param != NULL) {
		q.filter[0].param = param;
		q.filter[0].value = value;
		q.filters = 1;
	}
	items = page(h, noun, q, &next);
	n = json_array_size(items);
	json_decref(items);
	return n;
}

/* -- every list --------------------------------------------------------------------------------- */

static const char *sample(enum listing_match m)
{
	static const char *const samples[] = { [MATCH_TEXT] = "open,HIGH",
		[MATCH_ID] = "7",
		[MATCH_BOOL] = "true",
		[MATCH_AREA] = "310118110000",
		[MATCH_SINCE] = "2026-11-01",
		[MATCH_UNTIL] = "2026-11-30",
		[MATCH_PHONE] = "138 0013 8000",
		[MATCH_PERSON] = "李示例" };

	return samples[m];
}

/* A wrong column name is a bug that aborts: so each statement has to be prepared once. */
static void every_filter_of_every_list_is_sql(void **state)
{
	struct house *h = *state;
	const struct listing *l;
	int tried = 0;

	for (size_t i = 0; (l = listing_at(i)) != NULL; i++) {
		count(h, l->noun, NULL, NULL, NULL);
		count(h, l->noun, NULL, NULL, "310118110203");
		for (const struct listing_filter *f = l->filters; f->param != NULL; f++, tried++)
			count(h, l->noun, f->param, sample(f->match), NULL);
	}
	assert_true(tried > 80);
}

static void nothing_plain(const json_t *value, const char *where)
{
	char *text = json_dumps(value, JSON_COMPACT);

	for (size_t i = 0; i < COUNT(canaries); i++)
		if (strstr(text, canaries[i]) != NULL) {
			print_message("# %s shows %s: %s\n", where, canaries[i], text);
			fail();
		}
	free(text);
}

static void no_list_shows_personal_data(void **state)
{
	struct house *h = *state;
	const struct listing *l;
	struct listing_query q = { .limit = 500 };
	int rows = 0;

	for (size_t i = 0; (l = listing_at(i)) != NULL; i++) {
		const char *next;
		json_t *items = page(h, l->noun, q, &next), *item;
		size_t k;

		nothing_plain(items, l->noun);
		json_array_foreach(items, k, item) {
			char key[32];
			const char *code = json_str(item, "code");
			json_t *one;

			snprintf(key, sizeof key, "%lld", (long long)json_int(item, "id", 0));
			one = listing_one(h->t.s, l,
				code != NULL && strcmp(l->noun, "areas") == 0 ? code : key, "",
				false);
			assert_non_null(one);
			nothing_plain(one, l->noun);
			json_decref(one);
			rows++;
		}
		json_decref(items);
	}
	assert_true(rows > 25);
}

static const struct plain_row {
	const char *name, *noun, *want[4];
} plain_rows[] = {
	{ "a resident", "residents",
		{ "李示例", "310118195501010018", "13900139000", "示例村6组12号" } },
	{ "a member", "members", { "王样本", "13700137000" } },
	{ "a case", "cases", { "赵测试", "13600136000", "样板村2组8号" } },
	{ "a warning", "warnings", { "赵测试", "13600136000" } },
	{ "a proposal", "proposed", { "赵测试", "13600136000" } },
};

static void who_may_sees_it_plain(void **state)
{
	const struct plain_row *r = *state;
	struct house *h = NULL;
	struct listing_query q = { .limit = 1 };
	const char *next;
	char key[32], *text;
	json_t *items, *one;

	house_open((void **)&h);
	items = page(h, r->noun, q, &next);
	snprintf(key, sizeof key, "%lld", (long long)json_int(json_array_get(items, 0), "id", 0));
	one = listing_one(h->t.s, listing_find(r->noun), key, "", true);
	text = json_dumps(one, JSON_COMPACT);
	for (size_t i = 0; i < COUNT(r->want) && r->want[i] != NULL; i++)
		assert_non_null(strstr(text, r->want[i]));
	free(text);
	json_decref(one);
	json_decref(items);
	house_close((void **)&h);
}

/* -- filters and scopes ------------------------------------------------------------------------- */

static const struct count_row {
	const char *name, *noun, *param, *value, *scope;
	size_t want;
} count_rows[] = {
	{ "all cases", "cases", NULL, NULL, NULL, 2 },
	{ "by level", "cases", "level", "LOW", NULL, 1 },
	{ "by several levels", "cases", "level", "LOW,HIGH,CRITICAL", NULL, 2 },
	{ "by no level", "cases", "level", "MEDIUM", NULL, 0 },
	{ "by area", "cases", "area", "310118110203", NULL, 1 },
	{ "by what lies below", "cases", "area", "310118110000", NULL, 2 },
	{ "since long ago", "cases", "since", "2026-11-20", NULL, 2 },
	{ "since later", "cases", "since", "2026-11-22", NULL, 0 },
	{ "until a day means its end", "cases", "until", "2026-11-21", NULL, 2 },
	{ "until the day before", "cases", "until", "2026-11-20", NULL, 0 },
	{ "by printed number", "cases", "q", "20261121-0001", NULL, 1 },
	{ "a scope cuts cases", "cases", NULL, NULL, "310118110203", 1 },
	{ "a scope of the whole town", "cases", NULL, NULL, "310118110000", 2 },
	{ "a scope that nobody is in", "cases", NULL, NULL, "310118119999", 0 },
	{ "a filter does not widen a scope", "cases", "area", "310118110000", "310118110203", 1 },
	{ "a scope cuts warnings", "warnings", NULL, NULL, "310118110203", 1 },
	{ "a scope cuts residents", "residents", NULL, NULL, "310118110204", 0 },
	{ "a scope cuts areas", "areas", NULL, NULL, "310118110203", 1 },
	{ "a scope hides keys", "keys", NULL, NULL, "310118110000", 0 },
	{ "a resident by name", "residents", "q", "李示例", NULL, 1 },
	{ "by half a name", "residents", "q", "李示", NULL, 0 },
	{ "by own number", "residents", "q", "+86 138-0013-8000", NULL, 1 },
	{ "by a relative's number", "residents", "q", "13900139000", NULL, 1 },
	{ "by ID number", "residents", "q", "310118195501010018", NULL, 1 },
	{ "a member by number", "members", "q", "13700137000", NULL, 1 },
	{ "a member by another number", "members", "q", "13700137001", NULL, 0 },
	{ "a warning by its number", "warnings", "warn_no", "A2", NULL, 1 },
	{ "open alarms", "alarms", "open", "1", NULL, 3 },
	{ "closed alarms", "alarms", "open", "0", NULL, 0 },
};

static void filter_counts(void **state)
{
	const struct count_row *r = *state;
	struct house *h = NULL;
	size_t got;

	house_open((void **)&h);
	got = count(h, r->noun, r->param, r->value, r->scope);
	if (strcmp(r->noun, "alarms") == 0 && r->want > 0)
		assert_true(got > 0);
	else
		assert_int_equal(got, r->want);
	house_close((void **)&h);
}

static const struct bad_row {
	const char *name, *param, *value;
} bad_rows[] = {
	{ "an unknown parameter", "colour", "red" },
	{ "no number", "team", "x" },
	{ "no time", "since", "yesterday" },
	{ "no yes or no", "drill", "perhaps" },
	{ "SQL for a number", "team", "1 OR 1=1" },
	{ "more words than fit", "level",
		"a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,"
		"aa,ab,ac,ad,ae,af,ag" },
};

static void a_bad_filter_is_named(void **state)
{
	const struct bad_row *r = *state;
	struct house *h = NULL;
	struct listing_query q = { .filters = 1 };
	const char *next, *bad = NULL;
	json_t *items;

	house_open((void **)&h);
	q.filter[0].param = r->param;
	q.filter[0].value = r->value;
	assert_false(listing_page(h->t.s, listing_find("cases"), &q, &items, &next, &bad));
	assert_string_equal(bad, r->param);
	json_decref(items);
	house_close((void **)&h);
}

/* -- pages ---------------------------------------------------------------------------------------- */

static void pages_lose_and_repeat_nothing(void **state)
{
	struct house *h = *state;
	struct listing_query q = { .limit = 3 };
	char after[64] = "";
	int64_t last = INT64_MAX;
	int64_t rows = 0, all = temp_number(&h->t, "SELECT count(*) FROM event");

	for (;;) {
		const char *next;
		json_t *items, *item;
		size_t i;

		q.after = after;
		items = page(h, "events", q, &next);
		json_array_foreach(items, i, item) {
			assert_true(json_int(item, "id", 0) < last);
			last = json_int(item, "id", 0);
			rows++;
		}
		json_decref(items);
		if (next[0] == '\0')
			break;
		snprintf(after, sizeof after, "%s", next);
	}
	assert_int_equal(rows, all);
	assert_true(all > 10);
}

static bool count_row(void *arg, const struct listing_cell *cells, size_t n)
{
	int *rows = arg;

	assert_true(n > 5);
	for (size_t i = 0; i < n; i++)
		assert_non_null(cells[i].text);
	++*rows;
	return true;
}

static void an_export_has_every_row(void **state)
{
	struct house *h = *state;
	struct listing_query q = { .limit = 0 };
	const char *bad;
	int rows = 0;

	temp_job(&h->t, TEMP_NOW + 5000);
	for (int i = 0; i < 1200; i++)
		store_event(h->t.s, "system", "gateway.started", 0, "gateway", 0, NULL);
	assert_int_equal(temp_done(&h->t), STORE_OK);
	assert_true(listing_each(h->t.s, listing_find("events"), &q, count_row, &rows, &bad));
	assert_int_equal(rows, temp_number(&h->t, "SELECT count(*) FROM event"));
}

/* -- the story of a case ---------------------------------------------------------------------- */

static void a_case_tells_its_story(void **state)
{
	struct house *h = *state;
	json_t *one = listing_one(h->t.s, listing_find("cases"), "20261121-0001", "", false);
	const json_t *story = json_object_get(one, "timeline");
	bool opened = false, offered = false;
	json_t *entry;
	int64_t seq = 0;
	size_t i;

	assert_non_null(one);
	json_array_foreach((json_t *)story, i, entry) {
		const char *line = json_str(entry, "line");

		assert_true(json_int(entry, "seq", 0) > seq);
		seq = json_int(entry, "seq", 0);
		assert_non_null(json_str(entry, "at"));
		assert_null(strchr(line, '{'));
		opened |= strstr(line, "立案 20261121-0001") != NULL;
		offered |= strcmp(line, "派单给王*") == 0;
	}
	assert_true(opened);
	assert_true(offered);
	assert_int_equal(json_array_size(json_object_get(one, "warnings")), 1);
	assert_true(json_array_size(json_object_get(one, "tasks")) > 0);
	json_decref(one);
}

/* -- veils ------------------------------------------------------------------------------------- */

static const struct veil_row {
	const char *name, *text, *names[2], *want;
} veil_rows[] = {
	{ "a mobile number", "请联系13800138000。", { NULL }, "请联系138****8000。" },
	{ "an ID number", "310118195501010018本人", { NULL }, "310***********0018本人" },
	{ "an ID number that ends in X", "31011819550101001X", { NULL }, "310***********001X" },
	{ "a bank account", "卡号6222020200112233445", { NULL }, "卡号***" },
	{ "a task code stays", "回复 21 或 22", { NULL }, "回复 21 或 22" },
	{ "a sum stays", "损失35000元", { NULL }, "损失35000元" },
	{ "a house number", "示例村6组12号", { NULL }, "示例村6组*号" },
	{ "a task is no house", "17号·高:王*,示例村6组", { NULL }, "17号·高:王*,示例村6组" },
	{ "a task in an answer", "收到17号，马上去", { NULL }, "收到17号，马上去" },
	{ "a room", "3幢201室", { NULL }, "*幢*室" },
	{ "a name", "李示例已到场", { "李示例" }, "李*已到场" },
	{ "two names", "李示例和王样本", { "李示例", "王样本" }, "李*和王*" },
	{ "a single character is no name", "李先生", { "李" }, "李先生" },
	{ "nothing", "", { NULL }, "" },
};

static void text_is_veiled(void **state)
{
	const struct veil_row *r = *state;
	struct buf out;
	size_t n = 0;

	while (n < COUNT(r->names) && r->names[n] != NULL)
		n++;
	buf_init(&out, 1024);
	veil_prose(r->text, r->names, n, &out);
	assert_string_equal(buf_str(&out), r->want);
	buf_free(&out);
}

static const struct object_row {
	const char *name, *in, *want;
} object_rows[] = {
	{ "known members", "{\"name\":\"李示例\",\"phones\":[\"13800138000\"]}",
		"{\"name\":\"李*\",\"phones\":[\"138****8000\"]}" },
	{ "codes stay", "{\"level\":\"HIGH\",\"age\":71}", "{\"age\":71,\"level\":\"HIGH\"}" },
	{ "an unknown member is masked", "{\"secret\":\"秘密内容\"}", "{\"secret\":\"秘***\"}" },
	{ "inside of other objects too", "{\"extra\":{\"微信\":\"wx13800138000\"}}",
		"{\"extra\":{\"微信\":\"wx1***00\"}}" },
	{ "a number that is a telephone", "{\"电话\":13800138000}", "{\"电话\":\"***\"}" },
	{ "the other side's numbers", "{\"suspects\":[\"phone:13800138000\"]}",
		"{\"suspects\":[\"phone:138***00\"]}" },
	{ "accounts",
		"{\"transfers\":[{\"in_account\":\"6222020200112233445\",\"amount\":\"500\"}]}",
		"{\"transfers\":[{\"amount\":\"500\",\"in_account\":\"****3445\"}]}" },
	{ "empty texts stay empty", "{\"name\":\"\",\"door\":\"\"}",
		"{\"door\":\"\",\"name\":\"\"}" },
};

static void object_is_veiled(void **state)
{
	const struct object_row *r = *state;
	json_t *in = json_loads(r->in, 0, NULL), *out = veil_json(in);
	char *text = json_dumps(out, JSON_COMPACT | JSON_SORT_KEYS);

	assert_string_equal(text, r->want);
	free(text);
	json_decref(in);
	json_decref(out);
}

#define ROWS(table, fn) \
	for (size_t i = 0; i < COUNT(table); i++) \
		tests[n++] = (struct CMUnitTest) \
		{ \
			.name = (table)[i].name, .test_func = (fn), \
			.initial_state = (void *)&(table)[i] \
		}
#define IN_HOUSE(fn) cmocka_unit_test_setup_teardown(fn, house_open, house_close)

int main(void)
{
	static const struct CMUnitTest fixed[] = {
		IN_HOUSE(every_filter_of_every_list_is_sql),
		IN_HOUSE(no_list_shows_personal_data),
		IN_HOUSE(pages_lose_and_repeat_nothing),
		IN_HOUSE(an_export_has_every_row),
		IN_HOUSE(a_case_tells_its_story),
	};
	struct CMUnitTest tests[COUNT(fixed) + COUNT(plain_rows) + COUNT(count_rows) +
				COUNT(bad_rows) + COUNT(veil_rows) + COUNT(object_rows)];
	size_t n = 0;

	for (; n < COUNT(fixed); n++)
		tests[n] = fixed[n];
	ROWS(plain_rows, who_may_sees_it_plain);
	ROWS(count_rows, filter_counts);
	ROWS(bad_rows, a_bad_filter_is_named);
	ROWS(veil_rows, text_is_veiled);
	ROWS(object_rows, object_is_veiled);
	return _cmocka_run_group_tests("listing", tests, n, NULL, NULL);
}
