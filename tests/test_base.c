/* The base room: buf, arena, clock, ids, json, log and fault. (Seals: test_seal, masks: test_mask.) */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "arena.h"
#include "buf.h"
#include "clock.h"
#include "fault.h"
#include "ids.h"
#include "json.h"
#include "log.h"
#include "text.h"

#include "banned.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}

/* True when `act` ends its process by abort(). */
static bool aborts(void (*act)(void))
{
	const struct rlimit no_core = { 0, 0 };
	int status = 0;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		if (freopen("/dev/null", "w", stderr) != NULL)
			act();
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* -- buf ---------------------------------------------------------------------------------- */

static void buf_takes_exactly_its_maximum(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	assert_string_equal(buf_str(&b), "");
	assert_true(buf_adds(&b, "12345"));
	assert_true(buf_add(&b, "6789", 4));
	assert_true(buf_addc(&b, '0'));
	assert_string_equal(b.data, "1234567890");
	assert_int_equal(b.len, 10);
	assert_false(b.full);
	assert_true(buf_add(&b, "", 0));
	assert_false(b.full);
	assert_false(buf_addc(&b, 'x'));
	assert_true(b.full);
	assert_string_equal(b.data, "1234567890");
	buf_free(&b);
}

static void a_piece_over_the_maximum_is_left_out_whole(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	buf_adds(&b, "1234567");
	assert_false(buf_adds(&b, "8901"));
	assert_string_equal(buf_str(&b), "1234567");
	assert_false(buf_addf(&b, "%d", 8)); /* full stays: what follows a gap is no text */
	assert_false(buf_addc(&b, '8'));
	assert_string_equal(buf_str(&b), "1234567");
	buf_clear(&b);
	assert_false(b.full);
	assert_string_equal(buf_str(&b), "");
	assert_false(buf_addf(&b, "%s", "12345678901"));
	buf_clear(&b);
	assert_true(buf_addf(&b, "%s", "1234567890"));
	assert_string_equal(buf_str(&b), "1234567890");
	buf_free(&b);
	assert_null(b.data);
	assert_true(buf_adds(&b, "again"));
	buf_free(&b);
}

static void buf_grows_without_losing_a_byte(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100000);
	for (int i = 0; i < 100000; i++) {
		assert_true(buf_addc(&b, (char)('a' + i % 26)));
		assert_int_equal(b.data[b.len], '\0');
	}
	assert_false(buf_addc(&b, 'a'));
	for (int i = 0; i < 100000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	buf_free(&b);
}

static void bytes_with_a_nul_are_kept(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, SIZE_MAX);
	assert_true(buf_add(&b, "a\0b", 3));
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "a\0b", 4);
	assert_false(buf_add(&b, "x", SIZE_MAX)); /* no sum that turns round */
	buf_free(&b);
}

/* -- arena -------------------------------------------------------------------------------- */

static void pieces_are_aligned_zeroed_and_apart(void **state)
{
	struct arena a;
	char *piece[300];

	(void)state;
	arena_init(&a, 10 << 20);
	for (int turn = 0; turn < 3; turn++) {
		for (size_t i = 0; i < COUNT(piece); i++) {
			size_t n = i * i % 1000;

			piece[i] = arena_take(&a, n);
			assert_int_equal((uintptr_t)piece[i] % 16, 0);
			for (size_t k = 0; k < n; k++)
				assert_int_equal(piece[i][k], 0);
			memset(piece[i], (int)(i % 255) + 1, n);
		}
		for (size_t i = 0; i < COUNT(piece); i++)
			for (size_t k = 0; k < i * i % 1000; k++)
				assert_int_equal((unsigned char)piece[i][k], i % 255 + 1);
		arena_reset(&a);
	}
	arena_free(&a);
	assert_null(a.first);
	memset(arena_take(&a, 100), 1, 100);
	arena_free(&a);
}

static void a_piece_may_be_larger_than_a_chunk(void **state)
{
	struct arena a;
	char *large, *small;

	(void)state;
	arena_init(&a, 1 << 20);
	small = arena_text(&a, "front", 5);
	large = arena_take(&a, 900000);
	memset(large, 'x', 900000);
	assert_string_equal(small, "front");
	assert_string_equal(arena_text(&a, "behind it", 6), "behind");
	assert_int_equal(large[899999], 'x');
	arena_reset(&a); /* gives the large one back */
	assert_non_null(arena_take(&a, 900000));
	arena_free(&a);
}

static void texts_are_copies(void **state)
{
	struct arena a;
	char from[] = "白鹤镇";
	char *copy;

	(void)state;
	arena_init(&a, 1 << 20);
	copy = arena_text(&a, from, 6);
	from[0] = 'X';
	assert_string_equal(copy, "白鹤");
	assert_string_equal(arena_print(&a, "%s-%03d", "a", 7), "a-007");
	assert_string_equal(arena_print(&a, "%s", ""), "");
	arena_free(&a);
}

static void go_over_the_maximum(void)
{
	struct arena a;

	arena_init(&a, 100000);
	for (int i = 0; i < 100; i++)
		arena_take(&a, 2000);
}

static void going_over_the_maximum_aborts(void **state)
{
	(void)state;
	assert_true(aborts(go_over_the_maximum));
}

/* -- clock -------------------------------------------------------------------------------- */

static struct parse_row {
	const char *name, *text;
	int64_t ms; /* -1: refused */
} parse_rows[] = {
	{ "with offset", "2023-09-19T14:30:00+08:00", INT64_C(1695105000000) },
	{ "in UTC", "2023-09-19T06:30:00Z", INT64_C(1695105000000) },
	{ "small letter z", "2023-09-19T06:30:00z", INT64_C(1695105000000) },
	{ "without offset it is local", "2023-09-19T14:30:00", INT64_C(1695105000000) },
	{ "a blank for T", "2023-09-19 14:30:00", INT64_C(1695105000000) },
	{ "without seconds", "2023-09-19 14:30", INT64_C(1695105000000) },
	{ "offset without colon", "2023-09-19T14:30+0800", INT64_C(1695105000000) },
	{ "offset of hours", "2023-09-19T14:30+08", INT64_C(1695105000000) },
	{ "offset to the west", "2023-09-19T02:00:00-04:30", INT64_C(1695105000000) },
	{ "milliseconds", "2023-09-19T14:30:00.123+08:00", INT64_C(1695105000123) },
	{ "tenths, with a comma", "2023-09-19T14:30:00,5Z", INT64_C(1695133800500) },
	{ "microseconds are cut", "2023-09-19T14:30:00.123999Z", INT64_C(1695133800123) },
	{ "a day is its local midnight", "2023-09-19", INT64_C(1695052800000) },
	{ "24:00 ends the day, local", "2023-09-18T24:00", INT64_C(1695052800000) },
	{ "24:00 ends the day, with offset", "2023-09-18T24:00:00+08:00", INT64_C(1695052800000) },
	{ "leap second", "2016-12-31T23:59:60Z", INT64_C(1483228800000) },
	{ "leap day", "2024-02-29T00:00Z", INT64_C(1709164800000) },
	{ "leap day of a century", "2000-02-29T00:00Z", INT64_C(951782400000) },
	{ "the first second", "1970-01-01T00:00:00Z", 0 },
	{ "a second before 1970", "1969-12-31T23:59:59Z", -1000 },
	{ "no leap day", "2023-02-29T00:00Z", -1 },
	{ "no leap day in 1900", "1900-02-29", -1 },
	{ "thirty days", "2023-04-31", -1 },
	{ "thirty days, at its end", "2023-04-31T24:00Z", -1 },
	{ "30 February at its end", "2023-02-30T24:00Z", -1 },
	{ "month 13", "2023-13-01", -1 },
	{ "month 0", "2023-00-10", -1 },
	{ "day 0", "2023-09-00", -1 },
	{ "hour 25", "2023-09-19T25:00Z", -1 },
	{ "past the end of the day", "2023-09-19T24:00:01Z", -1 },
	{ "past the end of the day by minutes", "2023-09-19T24:30+08:00", -1 },
	{ "minute 60", "2023-09-19T10:60Z", -1 },
	{ "second 61", "2023-09-19T10:00:61Z", -1 },
	{ "offset of 15 hours", "2023-09-19T10:00+15:00", -1 },
	{ "offset of 60 minutes", "2023-09-19T10:00+07:60", -1 },
	{ "offset of one digit", "2023-09-19T10:00+8", -1 },
	{ "something behind", "2023-09-19T10:00Zx", -1 },
	{ "a blank behind", "2023-09-19T10:00Z ", -1 },
	{ "T and nothing", "2023-09-19T", -1 },
	{ "an hour alone", "2023-09-19T10", -1 },
	{ "two-digit year", "23-09-19", -1 },
	{ "month of one digit", "2023-9-19", -1 },
	{ "slashes", "2023/09/19", -1 },
	{ "negative year", "-2023-09-19", -1 },
	{ "nothing", "", -1 },
	{ "words", "昨天", -1 },
};

static void parse(void **state)
{
	const struct parse_row *r = *state;
	int64_t ms = -2;

	if (r->ms == -1) {
		assert_false(clock_parse_iso(r->text, &ms));
		return;
	}
	assert_true(clock_parse_iso(r->text, &ms));
	assert_int_equal(ms, r->ms);
}

static void what_is_written_is_read_back(void **state)
{
	static const char *const zones[] = { "Asia/Shanghai", "UTC", "Asia/Kathmandu",
		"America/St_Johns", "Pacific/Kiritimati" };
	char iso[CLOCK_ISO_MAX];
	int64_t back;

	(void)state;
	for (size_t z = 0; z < COUNT(zones); z++) {
		assert_true(clock_zone(zones[z]));
		for (int64_t ms = -86400001; ms < INT64_C(4102444800000); ms += 98765432101) {
			assert_true(clock_parse_iso(clock_iso(ms, iso), &back));
			assert_int_equal(back, ms);
		}
	}
	assert_true(clock_zone("Asia/Shanghai"));
}

static void the_zone_is_what_people_see(void **state)
{
	const int64_t ms = INT64_C(1695105000123);
	char iso[CLOCK_ISO_MAX];
	struct clock_day d;

	(void)state;
	assert_string_equal(clock_iso(ms, iso), "2023-09-19T14:30:00.123+08:00");
	clock_local(ms, &d);
	assert_int_equal(d.weekday, 2);
	assert_int_equal(clock_of_local(&d), ms - 123);
	assert_true(clock_zone("America/St_Johns"));
	assert_string_equal(clock_iso(ms, iso), "2023-09-19T04:00:00.123-02:30");
	assert_true(clock_zone("UTC"));
	assert_string_equal(clock_iso(-1, iso), "1969-12-31T23:59:59.999+00:00");
	assert_true(clock_zone("Asia/Shanghai"));
	clock_local(INT64_C(1695484800000), &d);
	assert_int_equal(d.weekday, 7); /* 2023-09-24, a Sunday */
}

/* Second by second over changes of the offset, to and fro, against the system itself. */
static void local_time_is_the_systems_at_every_second(void **state)
{
	static const struct {
		const char *zone;
		int64_t at; /* seconds */
	} rows[] = {
		{ "Asia/Shanghai", INT64_C(1695484800) },
		{ "Asia/Shanghai", INT64_C(-2177481943) }, /* 1901: local mean time ends */
		{ "Asia/Shanghai", INT64_C(671558400) },   /* 1991: the last summer time */
		{ "Europe/Berlin", INT64_C(1711846800) },
		{ "Europe/Berlin", INT64_C(1729990800) },
		{ "Australia/Lord_Howe", INT64_C(1712415600) }, /* half an hour */
		{ "UTC", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(clock_zone(rows[i].zone));
		for (int step = -800; step <= 800; step++) {
			time_t s = (time_t)(rows[i].at + (step % 3 == 0 ? -step : step));
			struct clock_day d;
			struct tm t;

			clock_local((int64_t)s * 1000 + 999, &d);
			localtime_r(&s, &t);
			assert_int_equal(d.year * 10000 + d.month * 100 + d.day,
				(t.tm_year + 1900) * 10000 + (t.tm_mon + 1) * 100 + t.tm_mday);
			assert_int_equal(d.hour * 10000 + d.minute * 100 + d.second,
				t.tm_hour * 10000 + t.tm_min * 100 + t.tm_sec);
			assert_int_equal(d.weekday % 7, t.tm_wday);
		}
	}
	assert_true(clock_zone("Asia/Shanghai"));
}

static void another_zone_counts_at_once(void **state)
{
	struct clock_day d;

	(void)state;
	assert_true(clock_zone("UTC"));
	clock_local(INT64_C(1695484800000), &d);
	assert_int_equal(d.hour, 16);
	assert_true(clock_zone("Asia/Shanghai"));
	clock_local(INT64_C(1695484800000), &d);
	assert_int_equal(d.hour, 0);
}

static void zones_that_do_not_exist_change_nothing(void **state)
{
	static const char *const names[] = { "Mars/Olympus", "", "Asia", "Asia/", "../etc/passwd",
		"/etc/localtime", "Asia/../../../../etc/passwd" };
	char iso[CLOCK_ISO_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_false(clock_zone(names[i]));
		assert_string_equal(clock_iso(0, iso), "1970-01-01T08:00:00.000+08:00");
	}
}

static void days_that_the_calendar_has_not(void **state)
{
	static const struct clock_day none[] = {
		{ .year = 2023, .month = 2, .day = 29 },
		{ .year = 2023, .month = 4, .day = 31 },
		{ .year = 2023, .month = 13, .day = 1 },
		{ .year = 2023, .month = 1, .day = 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(none); i++)
		assert_int_equal(clock_of_local(&none[i]), -1);
}

static void virtual_time_moves_only_when_told(void **state)
{
	const int64_t noon = INT64_C(1695095100000);
	int64_t mono;

	(void)state;
	clock_virtual(noon);
	mono = clock_mono_ms();
	assert_int_equal(clock_now_ms(), noon);
	usleep(3000);
	assert_int_equal(clock_now_ms(), noon);
	clock_advance(90000);
	assert_int_equal(clock_now_ms(), noon + 90000);
	assert_int_equal(clock_mono_ms(), mono + 90000);
	assert_int_equal(clock_mono_us(), (mono + 90000) * 1000);
	clock_step(-3600000); /* somebody set the time: deadlines run on */
	assert_int_equal(clock_now_ms(), noon + 90000 - 3600000);
	assert_int_equal(clock_mono_ms(), mono + 90000);
	clock_real();
	assert_true(clock_now_ms() > INT64_C(1700000000000));
	mono = clock_mono_us();
	usleep(2000);
	assert_true(clock_mono_us() >= mono + 2000);
}

static void advance_backwards(void)
{
	clock_virtual(1000);
	clock_advance(-1);
}

static void advance_the_real_clock(void)
{
	clock_real();
	clock_advance(1);
}

static void time_does_not_run_backwards(void **state)
{
	(void)state;
	assert_true(aborts(advance_backwards));
	assert_true(aborts(advance_the_real_clock));
}

/* -- ids ---------------------------------------------------------------------------------- */

enum { A_SECOND = 131072 };
#define NOW INT64_C(1695105000123)

/* The id is the second and a place in it. */
static int64_t second_of(int64_t id)
{
	return id >> 21;
}

static void ids_rise_and_tell_their_second(void **state)
{
	struct ids ids = { 0, 3 };
	int64_t last = 0, id;

	(void)state;
	for (int64_t ms = NOW; ms < NOW + 100000; ms += 777) {
		id = ids_next(&ids, ms);
		assert_true(id > last);
		assert_int_equal(second_of(id) * 1000, ms / 1000 * 1000);
		assert_true(id < INT64_C(1) << 53);
		last = id;
	}
}

static void a_full_second_borrows_from_the_next(void **state)
{
	struct ids ids = { 0, IDS_NODES - 1 };
	int64_t last = 0, id = 0;

	(void)state;
	for (int i = 0; i < A_SECOND; i++) {
		id = ids_next(&ids, NOW);
		assert_true(id > last);
		last = id;
	}
	assert_int_equal(second_of(id) * 1000, NOW / 1000 * 1000);
	id = ids_next(&ids, NOW);
	assert_true(id > last);
	assert_int_equal(second_of(id) * 1000, NOW / 1000 * 1000 + 1000);
	last = id;
	id = ids_next(&ids, NOW + 1000); /* now the next second has really come */
	assert_int_equal(id, last + 1);
}

static void a_clock_that_goes_back_repeats_nothing(void **state)
{
	struct ids ids = { 0, 0 };
	int64_t first = ids_next(&ids, NOW), id;

	(void)state;
	id = ids_next(&ids, NOW - 3600000);
	assert_int_equal(id, first + 1);
	assert_int_equal(ids_next(&ids, 0), first + 2);
	assert_true(ids_next(&ids, NOW + 1000) > first + 2);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void nodes_never_meet(void **state)
{
	enum { EACH = 2000 };
	static int64_t all[IDS_NODES * EACH];
	size_t n = 0;

	(void)state;
	for (int node = 0; node < IDS_NODES; node++) {
		struct ids ids = { 0, node };

		for (int i = 0; i < EACH; i++)
			all[n++] = ids_next(&ids, NOW + i / 500 * 1000);
	}
	qsort(all, n, sizeof *all, compare);
	for (size_t i = 1; i < n; i++)
		assert_true(all[i - 1] < all[i]);
}

static void a_restart_in_the_same_second_repeats_nothing(void **state)
{
	(void)state;
	for (int node = 0; node < IDS_NODES; node++) {
		struct ids before = { 0, node }, after = { 0, node };
		int64_t last = 0, id;

		for (int i = 0; i < 1000; i++)
			last = ids_next(&before, NOW);
		ids_after(&after, second_of(last) * 1000);
		id = ids_next(&after, NOW);
		assert_true(id > last);
		assert_int_equal(second_of(id) * 1000, NOW / 1000 * 1000 + 1000);
		ids_after(&after, NOW - 5000); /* an older record changes nothing */
		assert_true(ids_next(&after, NOW) > id);
		ids_after(&after, NOW + 60000); /* the clock went back while we were away */
		assert_int_equal(
			second_of(ids_next(&after, NOW)) * 1000, NOW / 1000 * 1000 + 61000);
	}
}

/* -- json --------------------------------------------------------------------------------- */

static void values_of_another_type_are_absent(void **state)
{
	json_t *o = json_pack("{s:s, s:i, s:b, s:f, s:n}", "text", "是", "number", 5, "flag", 1,
		"real", 2.5, "nothing");

	(void)state;
	assert_string_equal(json_str(o, "text"), "是");
	assert_null(json_str(o, "number"));
	assert_null(json_str(o, "nothing"));
	assert_null(json_str(o, "missing"));
	assert_null(json_str(NULL, "text"));
	assert_int_equal(json_int(o, "number", -1), 5);
	assert_int_equal(json_int(o, "text", -1), -1);
	assert_int_equal(json_int(o, "real", -1), -1);
	assert_int_equal(json_int(o, "missing", 7), 7);
	assert_true(json_flag(o, "flag", false));
	assert_true(json_flag(o, "number", true));
	assert_false(json_flag(o, "nothing", false));
	json_decref(o);
}

static void what_is_put_is_written_compact(void **state)
{
	json_t *o = json_object(), *text = json_string("一\n");
	struct buf b;

	(void)state;
	json_put_str(o, "s", "预警");
	json_put_str(o, "none", NULL);
	json_put_int(o, "big", INT64_C(9007199254740991));
	json_put_time(o, "at", INT64_C(1695105000123));
	json_put_time(o, "never", 0);
	buf_init(&b, 1000);
	json_write(o, &b);
	assert_string_equal(buf_str(&b),
		"{\"s\":\"预警\",\"none\":null,\"big\":9007199254740991,"
		"\"at\":\"2023-09-19T14:30:00.123+08:00\",\"never\":null}");
	buf_clear(&b);
	json_write(text, &b); /* a value that is no object */
	assert_string_equal(buf_str(&b), "\"一\\n\"");
	buf_free(&b);
	buf_init(&b, 10);
	json_write(o, &b);
	assert_true(b.full);
	buf_free(&b);
	json_decref(text);
	json_decref(o);
}

/* -- log ---------------------------------------------------------------------------------- */

/* What one call writes to standard error. */
static void logged(void (*say)(const char *), const char *what, char *out, size_t n)
{
	int pipes[2], err = dup(STDERR_FILENO);
	ssize_t got;

	assert_int_equal(pipe(pipes), 0);
	fflush(stderr);
	dup2(pipes[1], STDERR_FILENO);
	close(pipes[1]);
	say(what);
	dup2(err, STDERR_FILENO);
	close(err);
	got = read(pipes[0], out, n - 1);
	close(pipes[0]);
	assert_true(got >= 0);
	out[got] = '\0';
}

static void say_info(const char *what)
{
	log_info("text=%s", what);
}

static void say_debug(const char *what)
{
	log_debug("text=%s", what);
}

static void a_line_stays_one_line(void **state)
{
	char out[5000], level[16];
	static char large[4000];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	log_level_set(LOG_LEVEL_INFO);
	clock_virtual(INT64_C(1695105000123));
	logged(say_info, "a\nb\x1b[31m预警", out, sizeof out);
	assert_string_equal(out, "2023-09-19T14:30:00.123+08:00 info  text=a\\x0ab\\x1b[31m预警\n");
	memset(large, 'x', sizeof large - 1);
	logged(say_info, large, out, sizeof out);
	assert_in_range(strlen(out), 1900, 2100);
	assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
	memset(large, '\n', sizeof large - 1);
	logged(say_info, large, out, sizeof out);
	assert_in_range(strlen(out), 1900, 2100);
	assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
	setenv("JOURNAL_STREAM", "8:1", 1);
	logged(say_info, "x", out, sizeof out);
	unsetenv("JOURNAL_STREAM");
	assert_string_equal(out, "<6>text=x\n");
	snprintf(level, sizeof level, "%d", log_level_of("debug"));
	assert_string_equal(level, "3");
	clock_real();
}

static void levels_are_words(void **state)
{
	char out[200];

	(void)state;
	assert_int_equal(log_level_of("error"), LOG_LEVEL_ERROR);
	assert_int_equal(log_level_of("warn"), LOG_LEVEL_WARN);
	assert_int_equal(log_level_of("info"), LOG_LEVEL_INFO);
	assert_int_equal(log_level_of("debug"), LOG_LEVEL_DEBUG);
	assert_int_equal(log_level_of("warning"), -1);
	assert_int_equal(log_level_of("err"), -1);
	assert_int_equal(log_level_of(""), -1);
	log_level_set(LOG_LEVEL_INFO);
	logged(say_debug, "x", out, sizeof out);
	assert_string_equal(out, "");
	log_level_set(LOG_LEVEL_DEBUG);
	logged(say_debug, "x", out, sizeof out);
	assert_non_null(strstr(out, "debug text=x\n"));
	log_level_set(LOG_LEVEL_INFO);
}

/* -- fault -------------------------------------------------------------------------------- */

static void a_fault_says_where_what_and_how_to_mend(void **state)
{
	struct fault f;
	char line[600];
	json_t *o;

	(void)state;
	fault_set(&f, "too_short", "位数不够", "请补全11位手机号。");
	assert_string_equal(fault_line(&f, line, sizeof line), "位数不够。请补全11位手机号。");
	fault_at(&f, 5, "手机号", "138****000");
	assert_string_equal(fault_line(&f, line, sizeof line),
		"第5行「手机号」138****000：位数不够。请补全11位手机号。");
	o = fault_json(&f);
	assert_string_equal(json_str(o, "code"), "too_short");
	assert_string_equal(json_str(o, "column"), "手机号");
	assert_string_equal(json_str(o, "value"), "138****000");
	assert_int_equal(json_int(o, "row", 0), 5);
	json_decref(o);
	fault_at(&f, 0, NULL, NULL);
	o = fault_json(&f);
	assert_int_equal(json_object_size(o), 3);
	json_decref(o);
}

static void a_copy_ends_with_a_whole_character(void **state)
{
	char out[8];

	(void)state;
	text_copy(out, sizeof out, "余额不足");
	assert_string_equal(out, "余额");
	text_copy(out, sizeof out, "a余额");
	assert_string_equal(out, "a余额");
	text_copy(out, sizeof out, "1234567");
	assert_string_equal(out, "1234567");
	text_copy(out, sizeof out, out + 3);
	assert_string_equal(out, "4567");
	text_copy(out, 1, "a");
	assert_string_equal(out, "");
}

static void long_pieces_of_a_fault_end_with_a_whole_character(void **state)
{
	char large[1000];
	struct fault f;
	json_t *o;

	(void)state;
	for (size_t lead = 0; lead < 3; lead++) {
		memset(large, 'x', lead);
		for (size_t i = lead; i + 3 < sizeof large; i += 3)
			memcpy(large + i, "字\0", 4);
		fault_set(&f, "long", large, large);
		fault_at(&f, 1, large, large);
		assert_true(text_valid(f.why, strlen(f.why)));
		assert_true(text_valid(f.mend, strlen(f.mend)));
		assert_true(text_valid(f.column, strlen(f.column)));
		assert_true(text_valid(f.value, strlen(f.value)));
		assert_in_range(strlen(f.why), sizeof f.why - 3, sizeof f.why - 1);
		o = fault_json(&f);
		assert_int_equal(json_object_size(o), 6);
		json_decref(o);
	}
}

static int in_shanghai(void **state)
{
	(void)state;
	return clock_zone("Asia/Shanghai") ? 0 : -1;
}

int main(void)
{
	static const struct CMUnitTest plain[] = {
		cmocka_unit_test(buf_takes_exactly_its_maximum),
		cmocka_unit_test(a_piece_over_the_maximum_is_left_out_whole),
		cmocka_unit_test(buf_grows_without_losing_a_byte),
		cmocka_unit_test(bytes_with_a_nul_are_kept),
		cmocka_unit_test(pieces_are_aligned_zeroed_and_apart),
		cmocka_unit_test(a_piece_may_be_larger_than_a_chunk),
		cmocka_unit_test(texts_are_copies),
		cmocka_unit_test(going_over_the_maximum_aborts),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(the_zone_is_what_people_see),
		cmocka_unit_test(local_time_is_the_systems_at_every_second),
		cmocka_unit_test(another_zone_counts_at_once),
		cmocka_unit_test(zones_that_do_not_exist_change_nothing),
		cmocka_unit_test(days_that_the_calendar_has_not),
		cmocka_unit_test(virtual_time_moves_only_when_told),
		cmocka_unit_test(time_does_not_run_backwards),
		cmocka_unit_test(ids_rise_and_tell_their_second),
		cmocka_unit_test(a_full_second_borrows_from_the_next),
		cmocka_unit_test(a_clock_that_goes_back_repeats_nothing),
		cmocka_unit_test(nodes_never_meet),
		cmocka_unit_test(a_restart_in_the_same_second_repeats_nothing),
		cmocka_unit_test(values_of_another_type_are_absent),
		cmocka_unit_test(what_is_put_is_written_compact),
		cmocka_unit_test(a_line_stays_one_line),
		cmocka_unit_test(levels_are_words),
		cmocka_unit_test(a_fault_says_where_what_and_how_to_mend),
		cmocka_unit_test(long_pieces_of_a_fault_end_with_a_whole_character),
		cmocka_unit_test(a_copy_ends_with_a_whole_character),
	};
	struct CMUnitTest tests[COUNT(plain) + COUNT(parse_rows)];

	memcpy(tests, plain, sizeof plain);
	for (size_t i = 0; i < COUNT(parse_rows); i++)
		tests[COUNT(plain) + i] = (struct CMUnitTest)ROW(parse_rows[i], parse);
	return cmocka_run_group_tests(tests, in_shanghai, NULL) == 0 ? 0 : 1;
}
