/*
 * Whatever a terminal sends and whatever a script says: no crash, output is bounded, and afterwards
 * ESC and a plain AT bring the modem back to its senses. Input: lines; "!" in front makes a line a
 * script or control line, else the bytes go to the modem; "+" in front lets a second pass.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "sim_control.h"
#include "banned.h"

enum { OUT_MAX = 1 << 22 };

static struct buf heard;

static void hear(void *port, const char *bytes, size_t n)
{
	(void)port;
	buf_add(&heard, bytes, n);
}

static void no_time(void *port, int64_t us)
{
	(void)port;
	(void)us;
}

/* A port that is back at once. */
static void replug(void *port, int64_t us)
{
	(void)us;
	sim_modem_power(port);
}

static void no_switch(void *port, bool on)
{
	(void)port;
	(void)on;
}

static const struct sim_wire wire = { hear, no_time, replug, no_switch };

static void pass(struct sim_world *w, int64_t ms)
{
	clock_advance(ms);
	for (int i = 0; i < 100 && sim_sched_next(w->sched) >= 0; i++)
		if (sim_sched_run(w->sched, clock_mono_us()) == 0)
			break;
}

static void line(struct sim_world *w, const char *s, size_t n)
{
	struct buf out;
	bool quit = false;
	char *text;

	if (n == 0)
		return;
	if (*s == '+') {
		pass(w, 1000);
	} else if (*s == '!') {
		text = strndup(s + 1, n - 1);
		buf_init(&out, OUT_MAX);
		sim_control_line(w, text, &out, &quit);
		assert(out.len > 10 && strncmp(out.data, "{\"ok\":", 6) == 0);
		assert(out.data[out.len - 1] == '}');
		buf_free(&out);
		free(text);
	} else {
		sim_modem_input(w->modems[0], s, n, clock_mono_us());
		sim_modem_input(w->modems[0], "\r", 1, clock_mono_us());
	}
}

/* Faults that are armed may still swallow this: they are lifted first. */
static void comes_to_its_senses(struct sim_world *w)
{
	static const char back[] = "\x1b\rATE0V1Q0\r";
	struct sim_modem *m = w->modems[0];

	m->delay_us = 0;
	m->noise = false;
	pass(w, 3600000);
	pass(w, 1000);
	if (!m->powered)
		sim_modem_power(m);
	m->mode = m->mode == SIM_BUSY ? SIM_COMMAND : m->mode;
	sim_modem_input(m, back, sizeof back - 1, clock_mono_us());
	buf_clear(&heard);
	sim_modem_input(m, "AT\r", 3, clock_mono_us());
	assert(heard.len == 6 && memcmp(heard.data, "\r\nOK\r\n", 6) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data, *end;
	struct sim_world w;

	if (size > 16384)
		return 0;
	clock_virtual(1330617600000);
	buf_init(&heard, OUT_MAX);
	if (!sim_world_init(&w, 2, 5, NULL))
		abort();
	for (int i = 0; i < 2; i++)
		sim_modem_wire(w.modems[i], &wire, w.modems[i]);
	for (; size > 0; size -= (size_t)(end - s), s = end) {
		end = memchr(s, '\n', size);
		line(&w, s, end ? (size_t)(end - s) : size);
		end = end ? end + 1 : s + size;
		if (heard.len > OUT_MAX / 2)
			buf_clear(&heard);
	}
	comes_to_its_senses(&w);
	sim_world_free(&w);
	buf_free(&heard);
	return 0;
}
