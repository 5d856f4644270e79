/* Looking for a modem among ports: each row is a machine with some ports, and what is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "seek.h"

#include "banned.h"

#define MINE "866000000000011"
#define OTHER "866000000000029"

enum { PORTS = 6 };

struct device {
	const char *path;
	int speed;                   /* 0: any */
	const char *says;            /* by itself, when it is opened */
	const char *to_at, *to_cgsn; /* NULL: silence */
	bool shut;                   /* cannot be opened */
	int at_calls;                /* answers AT only from this call on */
};

struct machine {
	struct seek seek;
	struct device devices[PORTS];
	size_t count;
	int64_t now;
	const struct device *open;
	int baud, calls;
	bool opening;
	char found[PORTS_PATH], lost[64], opened[400];
	int found_baud;
	size_t cut;
};

static void list(void *arg, struct ports *out)
{
	struct machine *m = arg;

	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < m->count; i++)
		snprintf(out->path[out->count++], PORTS_PATH, "%s", m->devices[i].path);
}

static void open_port(void *arg, const char *path, int baud)
{
	struct machine *m = arg;
	size_t used = strlen(m->opened);

	m->open = NULL;
	m->baud = baud;
	m->calls = 0;
	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->devices[i].path, path) == 0)
			m->open = &m->devices[i];
	m->opening = true;
	snprintf(m->opened + used, sizeof m->opened - used, "%s%s@%d", used > 0 ? " " : "", path,
		baud);
}

/* Whatever the cuts, the same. */
static void say(struct machine *m, const char *text)
{
	const struct device *d = m->open;
	size_t n = strlen(text);

	for (size_t i = 0; i < n && m->open == d; i += m->cut)
		seek_bytes(&m->seek, m->now, text + i, n - i < m->cut ? n - i : m->cut);
}

static void write_port(void *arg, const char *bytes, size_t n)
{
	struct machine *m = arg;
	const struct device *d = m->open;

	assert_non_null(d);
	if (n == 1) {
		assert_int_equal(bytes[0], 0x1B);
		return;
	}
	assert_true(bytes[n - 1] == '\r' && memcmp(bytes, "AT", 2) == 0);
	if (d->speed != 0 && d->speed != m->baud)
		say(m, "\xf8\x80\xfe");
	else if (n == 3 && ++m->calls < d->at_calls)
		return;
	else if (n == 3 && d->to_at != NULL)
		say(m, d->to_at);
	else if (n > 3 && d->to_cgsn != NULL)
		say(m, d->to_cgsn);
}

static void found(void *arg, const char *path, int baud)
{
	struct machine *m = arg;

	snprintf(m->found, sizeof m->found, "%s", path);
	m->found_baud = baud;
}

static void lost(void *arg, const char *why)
{
	snprintf(((struct machine *)arg)->lost, 64, "%s", why);
}

/* Time runs until the search ends; how long it took. */
static int64_t search(struct machine *m, int64_t in_ms)
{
	int64_t from = m->now;

	m->found[0] = m->lost[0] = m->opened[0] = '\0';
	seek_begin(&m->seek, m->now, in_ms);
	for (int i = 0; i < 10000 && m->found[0] == '\0' && m->lost[0] == '\0'; i++) {
		if (m->opening) {
			m->opening = false;
			m->now += 5;
			if (m->open == NULL || m->open->shut) {
				seek_lost(&m->seek, m->now);
				continue;
			}
			seek_opened(&m->seek, m->now);
			if (!m->opening && m->open->says != NULL)
				say(m, m->open->says);
			continue;
		}
		assert_true(seek_deadline(&m->seek) != INT64_MAX);
		m->now = seek_deadline(&m->seek) > m->now ? seek_deadline(&m->seek) : m->now;
		seek_tick(&m->seek, m->now);
	}
	assert_false(seek_is_busy(&m->seek));
	return m->now - from;
}

static void prepare(struct machine *m, const char *device, const char *imei, int baud)
{
	const struct seek_events ev = { list, open_port, write_port, found, lost, m };

	m->now = 1000;
	if (m->cut == 0)
		m->cut = 1000;
	seek_init(&m->seek, device, imei, baud, &ev);
}

/* -- one search ------------------------------------------------------------------------------- */

#define OK "\r\nOK\r\n"
#define ID(imei) "\r\n" imei "\r\n\r\nOK\r\n"

static const struct row {
	const char *name, *device, *imei;
	int baud;
	struct device devices[PORTS];
	const char *found; /* NULL: not */
	int found_baud;
	const char *opened;
} rows[] = {
	{ "the second of two without serial numbers", "", MINE, 115200,
		{ { "/dev/ttyUSB0", 0, NULL, OK, ID(OTHER), false, 0 },
			{ "/dev/ttyUSB4", 0, NULL, OK, ID(MINE), false, 0 } },
		"/dev/ttyUSB4", 115200, "/dev/ttyUSB0@115200 /dev/ttyUSB4@115200" },
	{ "the satellite and the silent ports of a composite stick are passed over", "", MINE,
		115200,
		{ { "/dev/ttyUSB0", 0, NULL, NULL, NULL, false, 0 },
			{ "/dev/ttyUSB1", 0, "$GPRMC,,V,,,,,,,,,,N*53\r\n", NULL, NULL, false, 0 },
			{ "/dev/ttyUSB2", 0, NULL, OK, ID(MINE), false, 0 } },
		"/dev/ttyUSB2", 115200,
		"/dev/ttyUSB0@115200 /dev/ttyUSB1@115200 /dev/ttyUSB2@115200" },
	{ "the configured device comes first", "/dev/ttyUSB2", MINE, 115200,
		{ { "/dev/ttyUSB0", 0, NULL, OK, ID(OTHER), false, 0 },
			{ "/dev/ttyUSB2", 0, NULL, OK, ID(MINE), false, 0 } },
		"/dev/ttyUSB2", 115200, "/dev/ttyUSB2@115200" },
	{ "it was plugged in elsewhere", "/dev/ttyUSB2", MINE, 115200,
		{ { "/dev/ttyUSB0", 0, NULL, OK, ID(MINE), false, 0 } }, "/dev/ttyUSB0", 115200,
		"/dev/ttyUSB2@115200 /dev/ttyUSB0@115200" },
	{ "a port that is busy", "", MINE, 115200,
		{ { "/dev/ttyUSB0", 0, NULL, NULL, NULL, true, 0 },
			{ "/dev/ttyUSB1", 0, NULL, OK, ID(MINE), false, 0 } },
		"/dev/ttyUSB1", 115200, "/dev/ttyUSB0@115200 /dev/ttyUSB1@115200" },
	{ "the answer has its name, an echo before it, and a check digit of its own", "", MINE,
		115200,
		{ { "/dev/ttyUSB0", 0, NULL, "AT\r\r\nOK\r\n",
			"AT+CGSN\r\r\n+CGSN: \"8660000000000185\"\r\n\r\nOK\r\n", false, 0 } },
		"/dev/ttyUSB0", 115200, "/dev/ttyUSB0@115200" },
	{ "unsolicited lines are no answer", "", MINE, 115200,
		{ { "/dev/ttyUSB0", 0, "\r\n^RSSI: 18\r\n", OK, "\r\n^BOOT:1\r\n" ID(MINE), false,
			0 } },
		"/dev/ttyUSB0", 115200, "/dev/ttyUSB0@115200" },
	{ "awake only at the third call", "", MINE, 115200,
		{ { "/dev/ttyUSB0", 0, NULL, OK, ID(MINE), false, 3 } }, "/dev/ttyUSB0", 115200,
		"/dev/ttyUSB0@115200" },
	{ "no IMEI to be had", "", MINE, 115200,
		{ { "/dev/ttyUSB0", 0, NULL, OK, "\r\nERROR\r\n", false, 0 } }, NULL, 0,
		"/dev/ttyUSB0@115200" },
	{ "OKAY and ok are not OK", "", MINE, 115200,
		{ { "/dev/ttyUSB0", 0, NULL, "\r\nOKAY\r\nok\r\n", ID(MINE), false, 0 } }, NULL, 0,
		"/dev/ttyUSB0@115200" },
	{ "nothing there", "", MINE, 115200, { { 0 } }, NULL, 0, "" },
	{ "the speed: the first is right", "/dev/ttyS1", "", 0,
		{ { "/dev/ttyS1", 115200, NULL, OK, NULL, false, 0 } }, "/dev/ttyS1", 115200,
		"/dev/ttyS1@115200" },
	{ "the speed: the third is right", "/dev/ttyS1", "", 0,
		{ { "/dev/ttyS1", 57600, NULL, OK, NULL, false, 0 } }, "/dev/ttyS1", 57600,
		"/dev/ttyS1@115200 /dev/ttyS1@9600 /dev/ttyS1@57600" },
	{ "the speed: no other port is asked", "/dev/ttyS1", "", 0,
		{ { "/dev/ttyUSB0", 0, NULL, OK, NULL, false, 0 } }, NULL, 0, "/dev/ttyS1@115200" },
	{ "the speed and the IMEI", "/dev/ttyS1", MINE, 0,
		{ { "/dev/ttyS1", 9600, NULL, OK, ID(MINE), false, 0 } }, "/dev/ttyS1", 9600,
		"/dev/ttyS1@115200 /dev/ttyS1@9600" },
};

static void looks(void **state)
{
	const struct row *row = *state;

	for (size_t cut = 1; cut <= 4; cut++) {
		static struct machine m;

		memset(&m, 0, sizeof m);
		m.cut = cut;
		while (m.count < PORTS && row->devices[m.count].path != NULL) {
			m.devices[m.count] = row->devices[m.count];
			m.count++;
		}
		prepare(&m, row->device, row->imei, row->baud);
		search(&m, 0);
		assert_string_equal(m.found, row->found == NULL ? "" : row->found);
		assert_int_equal(m.found_baud, row->found_baud);
		assert_string_equal(m.opened, row->opened);
	}
}

/* -- one search after another ------------------------------------------------------------------ */

static void the_port_moves_and_is_found_again(void **state)
{
	static struct machine m = {
		.devices = { { "/dev/ttyUSB0", 0, NULL, OK, ID(MINE), false, 0 } }, .count = 1
	};

	(void)state;
	prepare(&m, "", MINE, 115200);
	assert_in_range(search(&m, 2000), 2300, 2500);
	assert_string_equal(m.found, "/dev/ttyUSB0");
	m.devices[0].path = "/dev/ttyUSB7";
	search(&m, 2000);
	assert_string_equal(m.found, "/dev/ttyUSB7");
	assert_string_equal(m.opened, "/dev/ttyUSB0@115200 /dev/ttyUSB7@115200");
}

static void the_speed_is_remembered_and_forgotten(void **state)
{
	static struct machine m = { .devices = { { "/dev/ttyS1", 9600, NULL, OK, NULL, false, 0 } },
		.count = 1 };

	(void)state;
	prepare(&m, "/dev/ttyS1", "", 0);
	search(&m, 0);
	search(&m, 0);
	assert_string_equal(m.opened, "/dev/ttyS1@9600");
	m.devices[0].speed = 115200; /* a factory reset */
	search(&m, 0);
	assert_string_equal(m.found, "");
	search(&m, 0);
	assert_int_equal(m.found_baud, 115200);
}

static void what_was_not_found_is_looked_for_seldom_until_the_ports_change(void **state)
{
	static struct machine m = {
		.devices = { { "/dev/ttyUSB0", 0, NULL, NULL, NULL, false, 0 } }, .count = 1
	};
	int64_t took, last = 0;

	(void)state;
	prepare(&m, "", MINE, 115200);
	for (int i = 0; i < 8; i++) {
		took = search(&m, 2000);
		assert_string_equal(m.lost, "no port answers");
		assert_true(took >= last || took >= 60000);
		last = took;
	}
	assert_in_range(last, 60000, 63000);
	m.devices[1] = (struct device){ "/dev/ttyUSB1", 0, NULL, OK, ID(MINE), false, 0 };
	m.count = 2;
	took = search(&m, 2000);
	assert_string_equal(m.found, "/dev/ttyUSB1");
	assert_in_range(took, 2000, 5000);
}

static void a_port_that_goes_away_while_it_is_asked(void **state)
{
	static struct machine m = { .devices = { { "/dev/ttyUSB0", 0, NULL, NULL, NULL, false, 0 },
					    { "/dev/ttyUSB1", 0, NULL, OK, ID(MINE), false, 0 } },
		.count = 2 };

	(void)state;
	prepare(&m, "", MINE, 115200);
	seek_begin(&m.seek, m.now, 0);
	seek_tick(&m.seek, m.now);
	seek_opened(&m.seek, m.now);
	m.opening = false;
	seek_tick(&m.seek, m.now + 300);
	seek_lost(&m.seek, m.now + 400);
	assert_string_equal(m.opened, "/dev/ttyUSB0@115200 /dev/ttyUSB1@115200");
	seek_stop(&m.seek);
	seek_lost(&m.seek, m.now + 500);
	assert_string_equal(m.lost, "");
	assert_int_equal(seek_deadline(&m.seek), INT64_MAX);
}

static void two_modems_do_not_take_each_others_port(void **state)
{
	int a = 0, b = 0;

	(void)state;
	assert_true(ports_hold(&a, "/dev/ttyUSB0"));
	assert_false(ports_hold(&b, "/dev/ttyUSB0"));
	assert_true(ports_hold(&a, "/dev/ttyUSB0"));
	assert_true(ports_hold(&a, "/dev/ttyUSB1")); /* gives back the first */
	assert_true(ports_hold(&b, "/dev/ttyUSB0"));
	ports_hold(&a, NULL);
	assert_true(ports_hold(&b, "/dev/ttyUSB1"));
	ports_hold(&b, NULL);
}

int main(void)
{
	static struct CMUnitTest tests[40];
	static const struct CMUnitTest more[] = {
		cmocka_unit_test(the_port_moves_and_is_found_again),
		cmocka_unit_test(the_speed_is_remembered_and_forgotten),
		cmocka_unit_test(what_was_not_found_is_looked_for_seldom_until_the_ports_change),
		cmocka_unit_test(a_port_that_goes_away_while_it_is_asked),
		cmocka_unit_test(two_modems_do_not_take_each_others_port),
	};
	size_t n = 0;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		tests[n++] = (struct CMUnitTest){
			.name = rows[i].name, .test_func = looks, .initial_state = (void *)&rows[i]
		};
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		tests[n++] = more[i];
	return _cmocka_run_group_tests("seek", tests, n, NULL, NULL);
}
