/*
 * driver_ussd.c - one question to the network by AT+CUSD (27.007 7.15).
 *
 * The answer comes before or behind OK, sometimes twice, up to two minutes later. A session that
 * the network leaves open (m=1) is closed: nobody here answers menus.
 */
#include <stdio.h>
#include <string.h>

#include "driver_room.h"
#include "ussd.h"

#include "banned.h"

enum { ASK_MS = 15 * 1000, ANSWER_MS = 120 * 1000 };

static void over(struct driver *d, enum modem_ussd_end end, const char *text)
{
	if (d->ussd.state == USSD_IDLE)
		return;
	d->ussd.state = USSD_IDLE;
	driver_cancel(d, TIMER_USSD);
	d->events->on_ussd(d->arg, end, text);
}

void ussd_over(struct driver *d)
{
	d->ussd.close = d->ussd.state == USSD_ASKED;
	over(d, MODEM_USSD_FAILED, "");
}

void ussd_urc(struct driver *d, const struct at_event *e)
{
	struct buf text;

	if (e->shape != AT_USSD || d->ussd.state != USSD_ASKED)
		return; /* the second copy, or something that nobody asked for */
	d->ussd.close = e->v.ussd.m == USSD_MORE;
	buf_init(&text, USSD_TEXT_MAX);
	if (e->v.ussd.text != NULL)
		ussd_text(e->v.ussd.text, e->v.ussd.len, e->v.ussd.dcs, &text);
	if (text.len > 0)
		over(d, MODEM_USSD_ANSWERED, buf_str(&text));
	else if (e->v.ussd.m == USSD_UNSUPPORTED)
		over(d, MODEM_USSD_UNSUPPORTED, "");
	else
		over(d, MODEM_USSD_FAILED, "");
	buf_free(&text);
}

static void asked(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	if (end == DRIVER_OK || d->ussd.state != USSD_ASKED)
		return; /* now the network has its time */
	if (end == DRIVER_REFUSED && !d->ussd.packed) {
		d->ussd.packed = true; /* some want the code in hex */
		d->ussd.state = USSD_WANTED;
		return;
	}
	over(d, end == DRIVER_REFUSED ? MODEM_USSD_UNSUPPORTED : MODEM_USSD_FAILED, "");
}

bool ussd_next(struct driver *d)
{
	static const struct driver_op ask = { ASK_MS, NULL, asked };
	static const struct driver_op close = { ASK_MS, NULL, NULL };
	char text[USSD_HEX_MAX + 24], code[USSD_HEX_MAX];

	if (d->ussd.close) {
		d->ussd.close = false;
		return driver_run(d, &close, "AT+CUSD=2");
	}
	if (d->ussd.state != USSD_WANTED)
		return false;
	if (d->ussd.packed)
		ussd_pack(d->ussd.code, code);
	else
		snprintf(code, sizeof code, "%s", d->ussd.code);
	snprintf(text, sizeof text, "AT+CUSD=1,\"%s\",15", code);
	d->ussd.state = USSD_ASKED;
	driver_after(d, TIMER_USSD, ANSWER_MS);
	return driver_run(d, &ask, text);
}

bool driver_ussd(struct driver *d, int64_t now, const char *code)
{
	if (d->phase != PHASE_READY || !d->health.registered || d->ussd.state != USSD_IDLE ||
		d->events->on_ussd == NULL || !ussd_is_code(code))
		return false;
	driver_enter(d, now);
	d->ussd.state = USSD_WANTED;
	d->ussd.packed = false;
	snprintf(d->ussd.code, sizeof d->ussd.code, "%s", code);
	driver_leave(d);
	return true;
}
