/* Who is on duty when: weekly shifts, nights, dated exceptions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clock.h"
#include "rota.h"

#include "banned.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { MON = 1, TUE = 2, SAT = 32, SUN = 64, WORKDAYS = 31, ALL = 127, SHIFTS = 4 };
#define HM(h, m) ((h)*60 + (m))
#define ALL_DAY 0, 1440
#define DAY(w, ...) \
	{ \
		7, w, "", __VA_ARGS__, false \
	}
#define ON(d, ...) \
	{ \
		7, 0, d, __VA_ARGS__, false \
	}
#define OFF(d, ...) \
	{ \
		7, 0, d, __VA_ARGS__, true \
	}

/* 2026-11-21 is a Saturday. Member 7 is asked for. */
/* clang-format off */
static const struct row {
	const char *name, *at;
	bool on;
	struct rota_shift shift[SHIFTS];
} rows[] = {
	{ "no row is no duty",                 "2026-11-21T10:00", false, { { 0 } } },
	{ "a weekday with its shift",          "2026-11-16T10:00", true,  { DAY(MON, HM(8, 0), HM(18, 0)) } },
	{ "the first minute counts",           "2026-11-16T08:00", true,  { DAY(MON, HM(8, 0), HM(18, 0)) } },
	{ "the last minute before the end",    "2026-11-16T17:59", true,  { DAY(MON, HM(8, 0), HM(18, 0)) } },
	{ "the end does not count",            "2026-11-16T18:00", false, { DAY(MON, HM(8, 0), HM(18, 0)) } },
	{ "another weekday",                   "2026-11-17T10:00", false, { DAY(MON, HM(8, 0), HM(18, 0)) } },
	{ "Saturday is no workday",            "2026-11-21T10:00", false, { DAY(WORKDAYS, ALL_DAY) } },
	{ "Sunday is bit six",                 "2026-11-22T10:00", true,  { DAY(SUN, ALL_DAY) } },
	{ "the day is that of China",          "2026-11-16T00:30", true,  { DAY(MON, ALL_DAY) } },
	{ "the whole day ends at midnight",    "2026-11-17T00:00", false, { DAY(MON, ALL_DAY) } },
	{ "a night shift in the evening",      "2026-11-16T23:00", true,  { DAY(MON, HM(22, 0), HM(6, 0)) } },
	{ "a night shift after midnight",      "2026-11-17T05:59", true,  { DAY(MON, HM(22, 0), HM(6, 0)) } },
	{ "a night shift ends",                "2026-11-17T06:00", false, { DAY(MON, HM(22, 0), HM(6, 0)) } },
	{ "a night belongs to its first day",  "2026-11-16T05:00", false, { DAY(MON, HM(22, 0), HM(6, 0)) } },
	{ "Sunday night reaches Monday",       "2026-11-16T05:00", true,  { DAY(SUN, HM(22, 0), HM(6, 0)) } },
	{ "from equal to is a whole day",      "2026-11-17T07:59", true,  { DAY(MON, HM(8, 0), HM(8, 0)) } },
	{ "of two shifts either",              "2026-11-16T20:00", true,
		{ DAY(MON, HM(8, 0), HM(12, 0)), DAY(MON, HM(19, 0), HM(22, 0)) } },
	{ "between two shifts",                "2026-11-16T15:00", false,
		{ DAY(MON, HM(8, 0), HM(12, 0)), DAY(MON, HM(19, 0), HM(22, 0)) } },
	{ "a dated shift counts",              "2026-11-21T10:00", true,  { ON("2026-11-21", HM(8, 0), HM(12, 0)) } },
	{ "on its day only",                   "2026-11-28T10:00", false, { ON("2026-11-21", HM(8, 0), HM(12, 0)) } },
	{ "a dated shift beats the weekly one", "2026-11-21T15:00", false,
		{ DAY(SAT, ALL_DAY), ON("2026-11-21", HM(8, 0), HM(12, 0)) } },
	{ "the order of rows does not matter", "2026-11-21T15:00", false,
		{ ON("2026-11-21", HM(8, 0), HM(12, 0)), DAY(SAT, ALL_DAY) } },
	{ "a day off",                         "2026-11-21T15:00", false,
		{ DAY(SAT, ALL_DAY), OFF("2026-11-21", ALL_DAY) } },
	{ "a morning off",                     "2026-11-21T10:00", false,
		{ DAY(SAT, HM(8, 0), HM(18, 0)), OFF("2026-11-21", HM(8, 0), HM(12, 0)) } },
	{ "the afternoon stays",               "2026-11-21T15:00", true,
		{ DAY(SAT, HM(8, 0), HM(18, 0)), OFF("2026-11-21", HM(8, 0), HM(12, 0)) } },
	{ "a day off does not end last night", "2026-11-21T05:00", true,
		{ DAY(ALL, HM(22, 0), HM(6, 0)), OFF("2026-11-21", ALL_DAY) } },
	{ "but the night of that day",         "2026-11-22T05:00", false,
		{ DAY(ALL, HM(22, 0), HM(6, 0)), OFF("2026-11-21", HM(0, 0), HM(0, 0)),
		  OFF("2026-11-21", HM(22, 0), HM(6, 0)) } },
	{ "a dated night after midnight",      "2026-11-22T03:00", true,  { ON("2026-11-21", HM(20, 0), HM(8, 0)) } },
	{ "another member's row",              "2026-11-21T10:00", false,
		{ { 8, ALL, "", ALL_DAY, false } } },
	{ "another member's day off",          "2026-11-21T10:00", true,
		{ DAY(SAT, ALL_DAY), { 8, 0, "2026-11-21", ALL_DAY, true } } },
	{ "a weekly hour off",                 "2026-11-16T12:30", false,
		{ DAY(MON, HM(8, 0), HM(18, 0)), { 7, ALL, "", HM(12, 0), HM(13, 0), true } } },
	{ "the leap day",                      "2028-02-29T09:00", true,  { ON("2028-02-29", HM(8, 0), HM(12, 0)) } },
	{ "before 1970",                       "1969-12-29T09:00", true,  { DAY(MON, HM(8, 0), HM(12, 0)) } },
};
/* clang-format on */

static void duty(void **state)
{
	const struct row *r = *state;
	int64_t at;

	assert_true(clock_parse_iso(r->at, &at));
	assert_int_equal(rota_on_duty(r->shift, SHIFTS, 7, at), r->on);
}

int main(void)
{
	struct CMUnitTest tests[COUNT(rows)];

	clock_zone("Asia/Shanghai");
	for (size_t i = 0; i < COUNT(rows); i++)
		tests[i] = (struct CMUnitTest){
			.name = rows[i].name, .test_func = duty, .initial_state = (void *)&rows[i]
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
