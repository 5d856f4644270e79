/* Who of the list is meant, by what, and how sure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "helper_store.h"
#include "match.h"
#include "people.h"
#include "resident.h"

#include "banned.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define ID_A "310118195501010018"
#define ID_B "110105194912310021"
#define HERE "310118110203"
#define NEXT "310118110208"

/* -- scoring: one candidate ------------------------------------------------------------------- */

#define P(...) \
	{ \
		__VA_ARGS__ \
	}
#define C(...) \
	{ \
		.id = 5, __VA_ARGS__ \
	}

/* clang-format off */
static const struct row {
	const char *name;
	struct match_person p;
	struct match_candidate c;
	const char *by;
	int score;
	bool reached;
} rows[] = {
	{ "ID and name", P(.name = "张三", .id_no = ID_A), C(.name = "张三", .id_no = ID_A), "id", 100, true },
	{ "ID, another name", P(.name = "李四", .id_no = ID_A), C(.name = "张三", .id_no = ID_A), "id", 90, true },
	{ "ID alone", P(.id_no = ID_A), C(.name = "张三", .id_no = ID_A), "id", 98, true },
	{ "ID with a masked name", P(.name = "张*", .id_no = ID_A), C(.name = "张三", .id_no = ID_A), "id", 100, true },
	{ "own phone and name", P(.name = "张三"), C(.name = "张三", .phone_own = true), "phone", 95, true },
	{ "own phone and masked name", P(.name = "张*"), C(.name = "张三", .phone_own = true), "phone", 92, true },
	{ "own phone, 张女士", P(.name = "张%"), C(.name = "张三丰", .phone_own = true), "phone", 92, true },
	{ "own phone alone", P(.name = ""), C(.name = "张三", .phone_own = true), "phone", 85, true },
	{ "own phone, another name", P(.name = "李四"), C(.name = "张三", .phone_own = true), "phone", 70, true },
	{ "own phone, another surname masked", P(.name = "李*"), C(.name = "张三", .phone_own = true), "phone", 70, true },
	{ "own phone, another ID", P(.id_no = ID_B), C(.id_no = ID_A, .phone_own = true), "phone", 50, false },
	{ "own phone and name, another ID", P(.name = "张三", .id_no = ID_B),
		C(.name = "张三", .id_no = ID_A, .phone_own = true), "phone", 65, true },
	{ "own phone and masked ID", P(.id_no = "310***********0018"), C(.id_no = ID_A, .phone_own = true), "phone", 95, true },
	{ "own phone, masked ID of somebody else", P(.id_no = "310***********0026"),
		C(.id_no = ID_A, .phone_own = true), "phone", 50, false },
	{ "family phone and name", P(.name = "张三"), C(.name = "张三", .phone_family = true), "family_phone", 90, true },
	{ "family phone alone", P(.name = NULL), C(.name = "张三", .phone_family = true), "family_phone", 65, true },
	{ "family phone, another name: the family itself", P(.name = "李四"),
		C(.name = "张三", .phone_family = true), "family_phone", 45, false },
	{ "family phone, another ID", P(.id_no = ID_B), C(.id_no = ID_A, .phone_family = true), "family_phone", 40, false },
	{ "name and birth", P(.name = "张三", .birth = "1955-01-01"), C(.name = "张三", .birth = "1955-01-01"),
		"name_birth", 85, true },
	{ "name and tail of the ID", P(.name = "张三", .id_no = "0018"), C(.name = "张三", .id_no = ID_A),
		"name_birth", 85, true },
	{ "name and birth, another ID", P(.name = "张三", .birth = "1955-01-01", .id_no = ID_B),
		C(.name = "张三", .birth = "1955-01-01", .id_no = ID_A), "", 0, false },
	{ "name and a month of birth", P(.name = "张三", .birth = "1955-01"), C(.name = "张三", .birth = "1955-01-01"),
		"", 30, false },
	{ "masked name, birth and village", P(.name = "张*", .birth = "1955-01-01", .area = HERE),
		C(.name = "张三", .birth = "1955-01-01", .area = HERE), "name_birth", 70, true },
	{ "masked name, tail and village", P(.name = "张*", .id_no = "0018", .area = HERE),
		C(.name = "张三", .id_no = ID_A, .area = HERE "001"), "name_birth", 75, true },
	{ "masked name and tail, no village", P(.name = "张*", .id_no = "0018"), C(.name = "张三", .id_no = ID_A),
		"name_birth", 55, false },
	{ "masked name and birth, no village", P(.name = "张*", .birth = "1955-01-01"),
		C(.name = "张三", .birth = "1955-01-01"), "", 0, false },
	{ "masked name and village never match", P(.name = "张*", .area = HERE), C(.name = "张三", .area = HERE),
		"", 0, false },
	{ "a masked name never matches alone", P(.name = "张*"), C(.name = "张三"), "", 0, false },
	{ "a name never matches alone", P(.name = "张三"), C(.name = "张三"), "", 30, false },
	{ "name and village", P(.name = "张三", .area = HERE), C(.name = "张三", .area = HERE), "name_area", 60, true },
	{ "name and a grid of the village", P(.name = "张三", .area = HERE), C(.name = "张三", .area = HERE "A1"),
		"name_area", 60, true },
	{ "name and the town", P(.name = "张三", .area = "310118110000"), C(.name = "张三", .area = "310118110000"),
		"", 30, false },
	{ "name and another village", P(.name = "张三", .area = HERE), C(.name = "张三", .area = NEXT), "", 30, false },
	{ "name and village, another birth", P(.name = "张三", .area = HERE, .birth = "1955-01-02"),
		C(.name = "张三", .area = HERE, .birth = "1955-01-01"), "", 0, false },
	{ "name, village and group", P(.name = "张三", .area = HERE, .address = "示例村6组"),
		C(.name = "张三", .area = HERE, .address = "示例镇示例村6组12号"), "name_address", 75, true },
	{ "name, village in words, group", P(.name = "张三", .address = "示例镇示例村6组"),
		C(.name = "张三", .area = HERE, .address = "示例村6组12号"), "name_address", 75, true },
	{ "name, village, another group", P(.name = "张三", .area = HERE, .address = "示例村7组"),
		C(.name = "张三", .area = HERE, .address = "示例村6组12号"), "name_area", 60, true },
	{ "another name, same house", P(.name = "李四", .area = HERE, .address = "示例村6组12号"),
		C(.name = "张三", .area = HERE, .address = "示例村6组12号"), "", 0, false },
	{ "the list holds a masked name", P(.name = "张三"), C(.name = "张*", .phone_own = true), "phone", 92, true },
	{ "nothing in common", P(.name = "李四", .id_no = ID_B), C(.name = "张三", .id_no = ID_A), "", 0, false },
};
/* clang-format on */

static void score(void **state)
{
	const struct row *r = *state;
	struct match_result m = match_best(&r->p, &r->c, 1);

	assert_int_equal(m.score, r->score);
	assert_string_equal(m.by, r->by);
	assert_int_equal(m.id, r->reached ? 5 : 0);
	assert_int_equal(m.nearest, !r->reached && r->score > 0 ? 5 : 0);
	assert_false(m.ambiguous);
	assert_int_equal(m.why[0] != '\0', r->score > 0);
}

/* -- several candidates ------------------------------------------------------------------------- */

static struct match_result of_two(
	struct match_person p, struct match_candidate a, struct match_candidate b)
{
	const struct match_candidate forth[] = { a, b }, back[] = { b, a };
	struct match_result one = match_best(&p, forth, 2), two = match_best(&p, back, 2);

	/* Whatever the order. */
	assert_int_equal(one.id, two.id);
	assert_int_equal(one.score, two.score);
	assert_int_equal(one.ambiguous, two.ambiguous);
	return one;
}

static void nobody_is_nobody(void **state)
{
	const struct match_person p = { .name = "张三", .id_no = ID_A };
	struct match_result m = match_best(&p, NULL, 0);

	(void)state;
	assert_int_equal(m.id, 0);
	assert_int_equal(m.score, 0);
	assert_string_equal(m.by, "");
}

static void a_shared_phone_is_decided_by_the_name(void **state)
{
	struct match_result m = of_two((struct match_person){ .name = "李四" },
		(struct match_candidate){ .id = 1, .name = "张三", .phone_own = true },
		(struct match_candidate){ .id = 2, .name = "李四", .phone_own = true });

	(void)state;
	assert_int_equal(m.id, 2);
	assert_false(m.ambiguous);
}

static void a_shared_phone_without_a_name_is_ambiguous(void **state)
{
	struct match_result m = of_two((struct match_person){ .name = "" },
		(struct match_candidate){ .id = 9, .name = "张三", .phone_own = true },
		(struct match_candidate){ .id = 2, .name = "李四", .phone_own = true });

	(void)state;
	assert_int_equal(m.id, 2);
	assert_true(m.ambiguous);
	assert_non_null(strstr(m.why, "请核对"));
}

static void equal_names_in_one_village_are_ambiguous(void **state)
{
	struct match_result m = of_two((struct match_person){ .name = "张三", .area = HERE },
		(struct match_candidate){ .id = 1, .name = "张三", .area = HERE },
		(struct match_candidate){ .id = 2, .name = "张三", .area = HERE });

	(void)state;
	assert_int_equal(m.id, 1);
	assert_true(m.ambiguous);
}

static void the_address_decides_between_equal_names(void **state)
{
	struct match_result m = of_two(
		(struct match_person){ .name = "张三", .area = HERE, .address = "示例村6组" },
		(struct match_candidate){
			.id = 1, .name = "张三", .area = HERE, .address = "示例村7组1号" },
		(struct match_candidate){
			.id = 2, .name = "张三", .area = HERE, .address = "示例村6组2号" });

	(void)state;
	assert_int_equal(m.id, 2);
	assert_int_equal(m.score, 75);
	assert_false(m.ambiguous);
}

static void the_own_phone_beats_the_family(void **state)
{
	struct match_result m = of_two((struct match_person){ .phones = NULL },
		(struct match_candidate){ .id = 1, .name = "张老太", .phone_family = true },
		(struct match_candidate){ .id = 2, .name = "张小明", .phone_own = true });

	(void)state;
	assert_int_equal(m.id, 2);
	assert_false(m.ambiguous);
}

static void a_near_score_below_the_threshold_is_still_a_doubt(void **state)
{
	struct match_result m =
		of_two((struct match_person){ .name = "张三", .id_no = ID_B, .area = HERE },
			(struct match_candidate){ .id = 1, .name = "张三", .area = HERE },
			(struct match_candidate){
				.id = 2, .name = "李四", .id_no = ID_A, .phone_own = true });

	(void)state;
	assert_int_equal(m.id, 1);
	assert_int_equal(m.score, 60);
	assert_true(m.ambiguous);
}

/* -- with a store: who is found at all ------------------------------------------------------------ */

static const struct resident list[] = {
	{ .name = "张三",
		.id_no = ID_A,
		.birth = "1955-01-01",
		.area = HERE,
		.address = "示例村6组12号",
		.phone = { { .kind = "own", .phone = "13800138000" },
			{ .kind = "family",
				.phone = "13900139000",
				.name = "张小三",
				.relation = "子" } },
		.phone_count = 2 },
	{ .name = "李四",
		.id_no = ID_B,
		.birth = "1949-12-31",
		.area = HERE "A1",
		.address = "示例村7组1号",
		.phone = { { .kind = "own", .phone = "13800138000" } },
		.phone_count = 1 },
	{ .name = "张三",
		.birth = "1960-06-06",
		.area = NEXT,
		.address = "样板村1组1号",
		.phone = { { .kind = "guardian", .phone = "021-55550000" } },
		.phone_count = 1 },
	{ .name = "王五",
		.area = HERE,
		.state = "moved",
		.address = "示例村8组1号",
		.phone = { { .kind = "own", .phone = "13700137000" } },
		.phone_count = 1 },
};

/* clang-format off */
static const struct store_row {
	const char *name;
	struct match_person p;
	const char *phones[3];
	int who; /* of the list, from 1; 0 nobody */
	const char *by;
	bool ambiguous;
} store_rows[] = {
	{ "found by ID", { .name = "张三", .id_no = ID_A }, { 0 }, 1, "id", false },
	{ "found by ID with blanks in it", { .name = "张 三", .id_no = " 310118 19550101 0018 " }, { 0 }, 1, "id", false },
	{ "found by phone and name", { .name = "李四" }, { "13800138000" }, 2, "phone", false },
	{ "found by a phone written as people do", { .name = "李四" }, { "+86 138-0013-8000" }, 2, "phone", false },
	{ "the second number counts", { .name = "李四" }, { "13500135000", "13800138000" }, 2, "phone", false },
	{ "a shared phone without a name", { .name = "" }, { "13800138000" }, 1, "phone", true },
	{ "a shared phone, masked name", { .name = "李某" }, { "13800138000" }, 2, "phone", false },
	{ "found by the family's phone", { .name = "张三" }, { "13900139000" }, 1, "family_phone", false },
	{ "a guardian's landline", { .name = "张三" }, { "(021)55550000" }, 3, "family_phone", false },
	{ "the family member himself is not on the list", { .name = "张小三" }, { "13900139000" }, 0, "family_phone", false },
	{ "found by name and birth, anywhere", { .name = "张三", .birth = "1960-06-06" }, { 0 }, 3, "name_birth", false },
	{ "found by name and tail, anywhere", { .name = "李四", .id_no = "0021" }, { 0 }, 2, "name_birth", false },
	{ "found by name and village", { .name = "张三", .area = NEXT }, { 0 }, 3, "name_area", false },
	{ "found in a grid of the village", { .name = "李四", .area = HERE }, { 0 }, 2, "name_area", false },
	{ "the village of a grid", { .name = "张三", .area = HERE "B2" }, { 0 }, 1, "name_area", false },
	{ "found by name and address in words", { .name = "张三", .address = "示例镇样板村1组" }, { 0 }, 3, "name_address", false },
	{ "masked name with birth and village", { .name = "张某", .birth = "1955-01-01", .area = HERE }, { 0 }, 1, "name_birth", false },
	{ "masked name with masked ID and village", { .name = "李**", .id_no = "110***********0021", .area = HERE },
		{ 0 }, 0, "", false },
	{ "masked name of the right length", { .name = "李*", .id_no = "110***********0021", .area = HERE },
		{ 0 }, 2, "name_birth", false },
	{ "masked name and village alone", { .name = "李*", .area = HERE }, { 0 }, 0, "", false },
	{ "a name alone", { .name = "张三" }, { 0 }, 0, "", false },
	{ "who moved away is not found", { .name = "王五" }, { "13700137000" }, 0, "", false },
	{ "an unknown person", { .name = "赵六", .id_no = "500114196006150026" }, { "13600136000" }, 0, "", false },
	{ "nothing is said", { .name = NULL }, { 0 }, 0, "", false },
	{ "junk is no key", { .name = "12", .id_no = "abc", .birth = "?", .area = "x" }, { "110", "" }, 0, "", false },
	{ "birth from an unknown ID does not cross IDs", { .name = "张三", .id_no = "310118195501010026" }, { 0 }, 0, "", false },
};
/* clang-format on */

static int fill(void **state)
{
	struct temp_store *t;
	bool created, changed;

	if (temp_store_setup(state) != 0)
		return -1;
	t = *state;
	temp_job(t, TEMP_NOW);
	for (size_t i = 0; i < COUNT(list); i++)
		resident_put(t->s, "test", &list[i], &created, &changed);
	return temp_done(t) == STORE_OK ? 0 : -1;
}

static const struct store_row *asked;

static int fill_for(void **state)
{
	asked = *state;
	return fill(state);
}

static void found(void **state)
{
	struct temp_store *t = *state;
	const struct store_row *r = asked;
	struct match_person p = r->p;
	struct match_result m;
	struct resident got = { .name = "" };

	p.phones = r->phones;
	while (p.phone_count < COUNT(r->phones) && r->phones[p.phone_count] != NULL)
		p.phone_count++;
	temp_job(t, TEMP_NOW);
	m = people_match(t->s, &p);
	if (r->who == 0) {
		assert_int_equal(m.id, 0);
	} else {
		assert_true(m.id != 0 && resident_get(t->s, m.id, &got));
		assert_string_equal(got.name, list[r->who - 1].name);
		assert_string_equal(got.address, list[r->who - 1].address);
	}
	assert_string_equal(m.by, r->by);
	assert_int_equal(m.ambiguous, r->ambiguous);
	assert_int_equal(temp_done(t), STORE_OK);
}

int main(void)
{
	enum { R = COUNT(rows), S = COUNT(store_rows) };
	struct CMUnitTest tests[R + S + 7] = {
		[R + S] = cmocka_unit_test(nobody_is_nobody),
		cmocka_unit_test(a_shared_phone_is_decided_by_the_name),
		cmocka_unit_test(a_shared_phone_without_a_name_is_ambiguous),
		cmocka_unit_test(equal_names_in_one_village_are_ambiguous),
		cmocka_unit_test(the_address_decides_between_equal_names),
		cmocka_unit_test(the_own_phone_beats_the_family),
		cmocka_unit_test(a_near_score_below_the_threshold_is_still_a_doubt),
	};

	for (size_t i = 0; i < R; i++)
		tests[i] = (struct CMUnitTest){
			.name = rows[i].name, .test_func = score, .initial_state = (void *)&rows[i]
		};
	for (size_t i = 0; i < S; i++)
		tests[R + i] = (struct CMUnitTest){ .name = store_rows[i].name,
			.test_func = found,
			.setup_func = fill_for,
			.teardown_func = temp_store_teardown,
			.initial_state = (void *)&store_rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
