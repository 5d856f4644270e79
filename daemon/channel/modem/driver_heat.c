/* driver_heat.c - how warm the modem is, where its maker has a command for it. */
#include <stdlib.h>
#include <string.h>

#include "driver_room.h"

#include "banned.h"

enum { ASK_MS = 5000, HOT = 75, COOL = 65, LEAST = -45, MOST = 130 };

/* Of the makers' manuals; none was tried by us. `field` -1: the warmest of all figures. */
static const struct {
	const char *probe, *ask, *name;
	int field, divide;
} ways[HEAT_WAYS] = {
	{ "AT+CPMUTEMP=?", "AT+CPMUTEMP", "+CPMUTEMP", 0, 1 },
	{ "AT+CMTE=?", "AT+CMTE?", "+CMTE", 1, 1 },
	{ "AT+QTEMP=?", "AT+QTEMP", "+QTEMP", -1, 1 },
	{ "AT^CHIPTEMP=?", "AT^CHIPTEMP?", "^CHIPTEMP", -1, 10 },
};

const char *heat_probe(int way)
{
	return ways[way].probe;
}

/* "33", "\"33\"", "-5", "32.5": whole degrees. AT_NONE: no temperature. */
static int degrees(const struct at_field *f, int divide)
{
	char text[16];
	char *end;
	long n;

	if (f->len == 0 || f->len >= sizeof text)
		return AT_NONE;
	memcpy(text, f->s, f->len);
	text[f->len] = '\0';
	n = strtol(text, &end, 10);
	if (end == text || (*end != '\0' && *end != '.'))
		return AT_NONE;
	n /= divide;
	return n < LEAST || n > MOST ? AT_NONE : (int)n;
}

static void heat_line(struct driver *d, const struct at_event *e)
{
	int best = AT_NONE, field, divide;

	if (d->thermometer == AT_NONE || e->fields == NULL ||
		strcmp(e->name, ways[d->thermometer].name) != 0)
		return;
	field = ways[d->thermometer].field;
	divide = ways[d->thermometer].divide;
	for (size_t i = 0; i < e->fields->n; i++) {
		int n = field == -1 || (size_t)field == i ? degrees(&e->fields->f[i], divide)
							  : AT_NONE;

		if (n > best) /* AT_NONE is less than any */
			best = n;
	}
	if (best == AT_NONE)
		return;
	if (d->health.temperature == AT_NONE || best > d->health.temperature || !d->start.got)
		d->health.temperature = best;
	d->start.got = true; /* several lines: the warmest of them */
}

static void heat_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)end;
	(void) final;
	if (d->health.temperature >= HOT)
		driver_alarm(d, MODEM_ALARM_HOT, true);
	else if (d->health.temperature <= COOL)
		driver_alarm(d, MODEM_ALARM_HOT, false);
}

bool heat_next(struct driver *d)
{
	static const struct driver_op op = { ASK_MS, heat_line, heat_done };

	if (d->thermometer == AT_NONE)
		return false;
	d->start.got = false;
	return driver_run(d, &op, ways[d->thermometer].ask);
}
