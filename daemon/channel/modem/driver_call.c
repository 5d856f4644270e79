/* driver_call.c - one call: its states, their limits, its verdict. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "call_cause.h"
#include "call_life.h"
#include "driver_room.h"

#include "banned.h"

/*
 * No keys of the configuration: these are the procedure itself. DIAL, waits, KEYS, PLAYS, THANKS, PAUSE,
 * WHOLE and CLASH are modem.md 13.1 (the pause: a modem that has just hung up refuses the next
 * ATD), the limits of commands its table 4. DECIDE is dispatch.md 7: a 1 can be replaced by 0 or 7 for
 * five seconds of silence, and everybody learns that one rhythm, whoever's modem rings.
 */
enum {
	DIAL_MS = 60 * 1000, /* some say OK only when the far side answers */
	SILENT_WAIT_MS = 40 * 1000,
	RINGING_WAIT_MS = 45 * 1000,
	KEYS_MS = 8000,
	DECIDE_MS = 5000,
	THANKS_MS = 10 * 1000,
	HANGUP_MS = 90 * 1000,
	HANGUP_TOLD_MS = 5000, /* the call counts as over for us */
	CAUSE_MS = 5000,
	CLASH_MS = 10 * 1000,
	PAUSE_MS = 3000,
	WHOLE_MS = 180 * 1000,
	FIRST_LIST_MS = 1000,
	PLAYS = 3
};

enum todo { TODO_DIAL = 1, TODO_HANGUP = 2, TODO_CAUSE = 4 };

static void enter(struct driver *d, enum call_state s);

static void post(struct driver *d, enum call_event ev)
{
	enum call_state to = call_life_next(d->call.state, ev);

	if (to != CALL_IDLE || d->call.state == CALL_PAUSE)
		enter(d, to);
}

bool call_is_up(const struct driver *d)
{
	return d->call.state != CALL_IDLE && d->call.state != CALL_PAUSE;
}

static bool talking(const struct driver *d)
{
	return d->call.state >= CALL_SPEAK && d->call.state <= CALL_CONFIRMED;
}

bool call_may_read(const struct driver *d)
{
	return d->call.state == CALL_WAIT || talking(d);
}

/* The verdict */

static void judge(const struct driver *d, struct modem_call_result *r)
{
	const struct driver_call *c = &d->call;

	r->class = ATCODE_NONE;
	if (c->key != 0) {
		r->end = MODEM_CALL_CONFIRMED;
	} else if (!c->dialled) {
		r->end = MODEM_CALL_NOT_TRIED;
		r->class = ATCODE_MODEM;
	} else if (c->no_answer_line) {
		r->end = MODEM_CALL_NO_ANSWER;
		r->class = ATCODE_PASSING;
	} else if (c->answered) {
		r->end = MODEM_CALL_ANSWERED;
	} else if (c->busy_line) {
		r->end = MODEM_CALL_BUSY;
		r->class = ATCODE_PASSING;
	} else if (c->class != ATCODE_NONE) {
		r->end = MODEM_CALL_FAILED;
		r->class = c->class;
	} else {
		r->end = call_cause_end(c->cause, c->alerted, &r->class);
	}
}

static bool is_barred(int cause)
{
	return cause == 8 || cause == 50 || cause == 57 || cause == 63;
}

/* A key that waits counts when nothing has replaced it. */
static void count_waiting(struct driver *d)
{
	struct driver_call *c = &d->call;

	if (c->waiting == 0 || c->key != 0)
		return;
	c->key = c->waiting;
	if (d->events->on_key != NULL)
		d->events->on_key(d->arg, c->call.id, c->key);
}

static void tell(struct driver *d)
{
	struct driver_call *c = &d->call;
	struct modem_call_result r = { .id = c->call.id,
		.cause = c->cause,
		.plays = c->plays,
		.up_ms = c->answered ? d->now - c->up_at : 0,
		.rang_ms = c->alerted ? (c->answered ? c->up_at : d->now) - c->alerted_at : 0 };

	count_waiting(d);
	judge(d, &r);
	r.key = c->key;
	if (c->answered || is_barred(c->cause))
		driver_alarm(d, MODEM_ALARM_NO_CALLS, !c->answered);
	d->health.count.confirmed += r.end == MODEM_CALL_CONFIRMED;
	d->health.in_call = false;
	d->health.speech = speech_way_name(speech_way_of(d, d->audio != NULL));
	if (d->events->on_call != NULL)
		d->events->on_call(d->arg, &r);
}

/* Entering a state */

static void enter_dial(struct driver *d)
{
	struct driver_call *c = &d->call;

	c->todo = TODO_DIAL;
	c->alerted = c->suspect = c->listed = c->busy_line = c->no_answer_line = false;
	c->cause = c->id = AT_NONE;
	c->misses = 0;
	c->class = ATCODE_NONE;
}

static void enter_wait(struct driver *d)
{
	if (d->call.alerted)
		driver_after(d, TIMER_CALL, RINGING_WAIT_MS);
	driver_after(d, TIMER_LIST, FIRST_LIST_MS);
}

static void enter_speak(struct driver *d)
{
	struct driver_call *c = &d->call;

	c->plays++;
	speech_begin(d, c->call.text, &c->call.sound, true);
}

static void enter_reply(struct driver *d)
{
	const struct modem_call_key *k = d->call.reply;

	speech_begin(d, k->say, &k->sound, false);
}

static void enter_hangup(struct driver *d)
{
	speech_off(d);
	d->call.todo = TODO_HANGUP;
	driver_cancel(d, TIMER_LIST);
	count_waiting(d);
}

static void enter_cause(struct driver *d)
{
	struct driver_call *c = &d->call;

	driver_cancel(d, TIMER_LIST);
	c->todo = TODO_CAUSE;
	if (c->busy_line || c->no_answer_line || c->cause != AT_NONE || c->class != ATCODE_NONE)
		post(d, CEV_TAKEN); /* known already */
}

static void enter_clash(struct driver *d)
{
	driver_cancel(d, TIMER_LIST);
	d->call.again = true;
	d->call.todo = TODO_HANGUP;
}

static void enter_end(struct driver *d)
{
	speech_off(d);
	driver_cancel(d, TIMER_WHOLE);
	driver_cancel(d, TIMER_LIST);
	d->call.todo = 0;
	if (d->voice.profile->lte) { /* back from an older network: ask before a message is sent */
		watch_ask(d);
		d->network_first = true;
	}
	enter(d, CALL_PAUSE);
	tell(d);
}

/* The next call may come. */
static void enter_idle(struct driver *d)
{
	if (d->events->on_state != NULL)
		d->events->on_state(d->arg, &d->health);
}

static const struct {
	int limit_ms; /* 0: none of its own */
	void (*enter)(struct driver *d);
} states[CALL_STATES] = {
	[CALL_IDLE] = { 0, enter_idle },
	[CALL_DIAL] = { DIAL_MS, enter_dial },
	[CALL_WAIT] = { SILENT_WAIT_MS, enter_wait },
	[CALL_SPEAK] = { 0, enter_speak },
	[CALL_KEYS] = { KEYS_MS, NULL },
	[CALL_REPLY] = { 0, enter_reply },
	[CALL_DECIDE] = { DECIDE_MS, NULL },
	[CALL_CONFIRMED] = { THANKS_MS, enter_reply },
	[CALL_HANGUP] = { HANGUP_TOLD_MS, enter_hangup },
	[CALL_CAUSE] = { CAUSE_MS, enter_cause },
	[CALL_CLASH] = { CLASH_MS, enter_clash },
	[CALL_END] = { 0, enter_end },
	[CALL_PAUSE] = { PAUSE_MS, NULL },
};

static void enter(struct driver *d, enum call_state s)
{
	d->call.state = s;
	if (states[s].limit_ms > 0)
		driver_after(d, TIMER_CALL, states[s].limit_ms);
	else
		driver_cancel(d, TIMER_CALL);
	if (states[s].enter != NULL)
		states[s].enter(d);
}

/* What is heard of it */

void call_alerting(struct driver *d)
{
	struct driver_call *c = &d->call;

	if ((c->state != CALL_DIAL && c->state != CALL_WAIT) || c->alerted)
		return;
	c->alerted = true;
	c->alerted_at = d->now;
	if (c->state == CALL_WAIT)
		driver_after(d, TIMER_CALL, RINGING_WAIT_MS);
}

void call_answered(struct driver *d)
{
	struct driver_call *c = &d->call;

	if (c->state != CALL_DIAL && c->state != CALL_WAIT)
		return;
	c->answered = true;
	c->suspect = false;
	c->up_at = d->now;
	driver_after(d, TIMER_LIST, FIRST_LIST_MS);
	post(d, CEV_UP);
}

/* During the fall-back to an older network the end may be told too early: the list decides. */
static bool is_suspect(const struct driver *d, enum at_result why)
{
	const struct driver_call *c = &d->call;

	return why == AT_NO_CARRIER && d->voice.profile->lte && !c->answered && !c->no_list &&
	       d->now - c->dialled_at < SILENT_WAIT_MS && c->dialled;
}

void call_gone(struct driver *d, enum at_result why)
{
	struct driver_call *c = &d->call;

	c->busy_line |= why == AT_BUSY_TONE && !c->answered;
	c->no_answer_line |= why == AT_NO_ANSWER;
	if (c->state == CALL_CLASH)
		return; /* we know: it is dialled again */
	if (is_suspect(d, why)) {
		if (!c->suspect) {
			c->suspect = true;
			c->misses = 0;
			driver_after(d, TIMER_LIST, 0);
		}
		post(d, CEV_TAKEN);
		return;
	}
	post(d, CEV_GONE);
}

void call_clash(struct driver *d)
{
	if (talking(d))
		return; /* the line is busy for whoever calls */
	if (d->call.again)
		post(d, CEV_OVER);
	else
		post(d, CEV_CLASH);
}

static bool plays_left(const struct driver *d)
{
	return d->call.plays < d->call.call.plays && d->call.speech.way != SPEECH_NONE;
}

void call_spoken(struct driver *d)
{
	if (d->call.state != CALL_REPLY || d->call.waiting != 0)
		post(d, CEV_SPOKEN);
	else
		post(d, plays_left(d) ? CEV_AGAIN : CEV_QUIET);
}

bool call_hears_keys(const struct driver *d)
{
	const struct driver_call *c = &d->call;

	return talking(d) && c->state != CALL_CONFIRMED &&
	       (c->speech.begun || c->speech.way == SPEECH_NONE);
}

void call_pressed(struct driver *d, const struct modem_call_key *key)
{
	struct driver_call *c = &d->call;

	switch (key->act) {
	case MODEM_KEY_ENDS:
		c->key = key->key;
		c->waiting = 0;
		c->reply = key;
		if (d->events->on_key != NULL)
			d->events->on_key(d->arg, c->call.id, c->key);
		post(d, CEV_ENDS);
		break;
	case MODEM_KEY_WAITS:
		if (c->waiting == key->key)
			return; /* the same key twice is once */
		c->waiting = key->key;
		c->reply = key;
		post(d, CEV_WAITS);
		break;
	case MODEM_KEY_SAYS:
		if (c->waiting != 0)
			return;
		c->reply = key;
		post(d, CEV_SAYS);
		break;
	}
}

void call_timer(struct driver *d, enum driver_timer t)
{
	enum call_event ev = CEV_TIME;

	if (t == TIMER_WHOLE)
		ev = CEV_OVER;
	else if (d->call.state == CALL_KEYS)
		ev = plays_left(d) ? CEV_AGAIN : CEV_OVER;
	post(d, ev);
}

/* Its commands */

/* Refused, or ended in the answer to the dialling itself. */
static void not_dialled(struct driver *d, const struct at_event *final)
{
	struct driver_call *c = &d->call;

	if (final->result == AT_CME)
		c->class = atcode_cme(final->code);
	else if (final->result == AT_ERROR || final->result == AT_NOT_SUPPORTED)
		c->class = ATCODE_PASSING;
	else if (final->result == AT_NO_DIALTONE)
		c->class = ATCODE_CARD;
	if (c->class == ATCODE_NUMBER || c->class == ATCODE_MODEM || c->class == ATCODE_OURS)
		c->class = ATCODE_CARD; /* of a call: another modem at once */
	call_gone(d, final->result);
}

static void dial_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	bool answers = (end == DRIVER_OK && d->voice.profile->ok_answers) ||
		       (end == DRIVER_REFUSED && final->result == AT_CONNECT);

	if (end == DRIVER_BROKEN || !call_is_up(d))
		return;
	if (answers)
		call_answered(d);
	else if (end == DRIVER_REFUSED)
		not_dialled(d, final);
	else
		post(d, CEV_TAKEN); /* after silence the list tells what has become of it */
}

static void hangup_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	if (end != DRIVER_BROKEN)
		post(d, CEV_TAKEN);
}

static void cause_line(struct driver *d, const struct at_event *e)
{
	if (e->fields != NULL)
		d->call.cause = call_cause_of(e->line, e->fields);
}

static void cause_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	if (end != DRIVER_BROKEN)
		post(d, CEV_TAKEN);
}

static const struct driver_op dial_op = { DIAL_MS, NULL, dial_done };
static const struct driver_op hangup_op = { HANGUP_MS, NULL, hangup_done };
static const struct driver_op cause_op = { CAUSE_MS, cause_line, cause_done };

static bool dial(struct driver *d)
{
	struct driver_call *c = &d->call;
	char command[PDU_NUMBER_SIZE + 8];

	snprintf(command, sizeof command, "ATD%s;", c->to);
	c->dialled = true;
	c->dialled_at = d->now;
	return driver_run(d, &dial_op, command);
}

static bool takes(struct driver *d, enum todo what)
{
	bool wanted = (d->call.todo & what) != 0;

	d->call.todo &= ~(unsigned)what;
	return wanted;
}

bool call_next(struct driver *d)
{
	if (!call_is_up(d) && ring_next(d))
		return true;
	if (takes(d, TODO_HANGUP))
		return driver_run(d, &hangup_op, "AT+CHUP");
	if (takes(d, TODO_CAUSE))
		return driver_run(d, &cause_op, "AT+CEER");
	if (takes(d, TODO_DIAL))
		return dial(d);
	return speech_next(d) || (call_is_up(d) && call_list(d));
}

void call_break(struct driver *d)
{
	bool up = call_is_up(d);

	if (up && d->call.dialled && d->call.class == ATCODE_NONE)
		d->call.class = ATCODE_MODEM;
	speech_off(d);
	d->call.state = CALL_IDLE;
	d->call.todo = 0;
	d->network_first = false;
	if (up)
		tell(d);
}

/* From outside */

static bool network_for_calls(const struct driver *d)
{
	if (d->creg.stat == 1 || (d->creg.stat == 5 && d->config.roaming))
		return true;
	return d->voice.profile->lte && d->packet.registered &&
	       (!d->packet.roaming || d->config.roaming);
}

bool driver_can_call(const struct driver *d)
{
	return d->config.voice && d->phase == PHASE_READY && !d->resync.on && !d->send.active &&
	       d->call.state == CALL_IDLE && !d->voice.locked && d->voice.profile != NULL &&
	       d->health.family != NULL && !d->voice.ringing && network_for_calls(d);
}

enum modem_rc driver_call(struct driver *d, int64_t now, const struct modem_call *call)
{
	struct driver_call *c = &d->call;

	if (!send_is_number(call->to))
		return MODEM_UNFIT;
	if (call_is_up(d) || d->send.active)
		return MODEM_BUSY;
	if (!driver_can_call(d))
		return MODEM_NOT_READY;
	driver_enter(d, now);
	memset(c, 0, sizeof *c);
	c->call = *call;
	c->call.plays = call->plays > 0 ? call->plays : PLAYS;
	snprintf(c->to, sizeof c->to, "%s", call->to);
	c->speech.way = speech_way_of(d, call->sound.count > 0);
	d->health.count.calls++;
	d->health.in_call = true;
	driver_after(d, TIMER_WHOLE, WHOLE_MS);
	enter(d, CALL_DIAL);
	driver_leave(d);
	return MODEM_TAKEN;
}

void driver_spoken(struct driver *d, int64_t now)
{
	driver_enter(d, now);
	if (d->call.speech.way == SPEECH_PORT)
		speech_ended(d);
	driver_leave(d);
}
