#include "modem_care.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care.h"
#include "carrier.h"
#include "clock.h"
#include "json.h"
#include "log.h"
#include "seal.h"

#include "banned.h"

enum {
	LOOK_MS = 30 * 1000,
	IDLE_MS = 60 * 1000,
	WORKS_MS = 10 * 60 * 1000,
	KEEP_MS = 60 * 1000,
	GOOD_SIGNAL = 10,
	CARES = 64,
	TEXT_MAX = 4000,
	ANSWER_PARTS = 6
};

/* Messages of its own have ids that no outbox gives. */
enum { LOOP_ID = -1, CREDIT_ID = -2 };

static const char loop_words[] = "劝阻网关自检";

struct answer { /* of the operator, in parts */
	unsigned ref, parts, have;
	uint16_t units[ANSWER_PARTS][PDU_UD_MAX];
	size_t count[ANSWER_PARTS];
};

struct modem_care {
	struct care care;
	uv_timer_t timer;
	const struct channel_settings *set;
	const struct channel_events *ev;
	struct modem *modem;
	char to[32];                   /* of the message under way */
	int64_t own;                   /* id of its own message under way; 0 none */
	int64_t used_ms;               /* monotonic: a message was sent or taken */
	int64_t worked_ms;             /* monotonic: the network took one; 0 never */
	int64_t kept_ms;               /* monotonic */
	bool wants_loop, wants_credit; /* ordered by a person */
	struct answer answer;
};

static struct modem_care *all[CARES];

/* -- what it knows of the moment --------------------------------------------------------------- */

static bool another_works(const struct modem_care *m)
{
	int64_t now = clock_mono_ms();

	for (size_t i = 0; i < CARES; i++)
		if (all[i] != NULL && all[i] != m && all[i]->worked_ms != 0 &&
			now - all[i]->worked_ms < WORKS_MS)
			return true;
	return false;
}

static struct care_facts facts_of(const struct modem_care *m)
{
	const struct modem_health *h = modem_health(m->modem);

	return (struct care_facts){ .ready = modem_can_send(m->modem),
		.idle = clock_mono_ms() - m->used_ms >= IDLE_MS,
		.bad_signal = !h->registered || (h->signal >= 0 && h->signal < GOOD_SIGNAL),
		.other_works = another_works(m) };
}

static void keep(struct modem_care *m)
{
	json_t *o;
	char *text;

	if (!m->care.recalled)
		return;
	o = care_memory(&m->care);
	text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	if (text == NULL)
		return;
	m->care.dirty = false;
	m->kept_ms = clock_mono_ms();
	m->ev->on_keep(m->ev->arg, text);
	free(text);
}

/* -- its own messages ---------------------------------------------------------------------------- */

static void make_word(char word[CARE_WORD])
{
	static const char letters[] = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
	uint8_t random[8];

	seal_random(random, sizeof random);
	for (size_t i = 0; i < sizeof random; i++)
		word[i] = letters[random[i] % (sizeof letters - 1)];
	word[sizeof random] = '\0';
}

static bool send_own(struct modem_care *m, int64_t id, const char *to, const char *text)
{
	const struct modem_message out = { .id = id, .to = to, .text = text, .validity_min = 15 };
	enum pdu_rc why;

	m->own = id;
	if (modem_send(m->modem, &out, &why) == MODEM_TAKEN)
		return true;
	m->own = 0;
	return false;
}

static void do_loop(struct modem_care *m)
{
	int64_t now = clock_now_ms();
	char word[CARE_WORD], text[64];

	make_word(word);
	if (!care_loop_begin(&m->care, now, word))
		return;
	snprintf(text, sizeof text, "%s%s", loop_words, word);
	if (!send_own(m, LOOP_ID, m->set->modem.loop_to, text))
		care_loop_sent(&m->care, now, VERDICT_NOT_SENT, -1);
}

static void credit_by_sms(struct modem_care *m, const char *query)
{
	char number[24];
	size_t n = strcspn(query, ":");

	snprintf(number, sizeof number, "%.*s", (int)n, query);
	send_own(m, CREDIT_ID, number, query + n + 1);
}

static void do_credit(struct modem_care *m)
{
	const char *query = m->set->modem.credit_query;

	care_credit_asked(&m->care, clock_now_ms());
	m->answer.parts = 0;
	if (strncmp(query, "ussd:", 5) == 0)
		modem_ussd(m->modem, query + 5);
	else
		credit_by_sms(m, query + strlen("sms:"));
}

/* Ordered ones go as soon as the modem can, those that are due when nothing else is to do. */
static void look(struct modem_care *m)
{
	struct care_facts f = facts_of(m);
	enum care_due due;

	if (m->own != 0 || !f.ready)
		return;
	due = care_due(&m->care, clock_now_ms(), &f);
	if (m->wants_loop || due == CARE_DO_LOOP) {
		m->wants_loop = false;
		do_loop(m);
	} else if (m->wants_credit || due == CARE_DO_CREDIT) {
		m->wants_credit = false;
		do_credit(m);
	}
}

static void on_timer(uv_timer_t *t)
{
	struct modem_care *m = t->data;
	struct care_facts f = facts_of(m);

	care_tick(&m->care, clock_now_ms(), &f);
	look(m);
	if (m->care.dirty && clock_mono_ms() - m->kept_ms >= KEEP_MS)
		keep(m);
}

/* -- out ------------------------------------------------------------------------------------------- */

void modem_care_given(struct modem_care *m, const char *to)
{
	snprintf(m->to, sizeof m->to, "%s", to);
	m->used_ms = clock_mono_ms();
}

bool modem_care_part(struct modem_care *m, const struct modem_part *p)
{
	struct care_facts f = facts_of(m);

	m->used_ms = clock_mono_ms();
	if (p->verdict == VERDICT_SENT)
		m->worked_ms = m->used_ms;
	if (m->own == 0) {
		care_part(&m->care, clock_now_ms(), &f, m->to, p->verdict, p->class, p->code,
			p->mr == AT_NONE ? -1 : p->mr);
		return false;
	}
	if (p->verdict == VERDICT_SENT || p->verdict == VERDICT_UNSURE)
		m->ev->on_spent(m->ev->arg, 1);
	if (p->id == LOOP_ID)
		care_loop_sent(&m->care, clock_now_ms(), p->verdict, p->mr == AT_NONE ? -1 : p->mr);
	return true;
}

bool modem_care_done(struct modem_care *m, int64_t id, enum verdict worst)
{
	if (id != LOOP_ID && id != CREDIT_ID)
		return false;
	m->own = 0;
	log_info("event=sim_care channel=%s did=%s verdict=%s", m->set->name,
		id == LOOP_ID ? "loop" : "credit", verdict_name(worst));
	m->ev->on_ready(m->ev->arg);
	return true;
}

/* -- in -------------------------------------------------------------------------------------------- */

static void take_credit(struct modem_care *m, const char *text)
{
	const struct modem_health *h = modem_health(m->modem);
	const char *pattern = m->set->modem.credit_pattern;
	int64_t fen = 0;
	bool ok = carrier_credit(text, pattern, carrier_of_imsi(h->imsi), &fen);

	care_credit(&m->care, clock_now_ms(), text, ok, fen);
}

/* An answer of the operator while one is waited for; a long one comes in parts. */
static void take_answer(struct modem_care *m, const struct pdu *p)
{
	struct answer *a = &m->answer;
	unsigned at = p->ref_bits == 0 ? 0 : p->part - 1;
	struct buf text;

	if (p->ref_bits == 0 || a->ref != p->ref || a->parts != p->parts) {
		memset(a, 0, sizeof *a);
		a->ref = p->ref;
		a->parts = p->ref_bits == 0 ? 1 : p->parts;
	}
	if (at >= ANSWER_PARTS)
		return;
	a->have |= 1u << at;
	a->count[at] = p->unit_count;
	memcpy(a->units[at], p->units, p->unit_count * sizeof *p->units);
	buf_init(&text, TEXT_MAX);
	for (unsigned i = 0; i < ANSWER_PARTS; i++)
		if ((a->have & 1u << i) != 0)
			pdu_text(a->units[i], a->count[i], &text);
	take_credit(m, buf_str(&text));
	buf_free(&text);
}

static bool is_of_us(const char *number)
{
	for (size_t i = 0; i < CARES; i++)
		if (all[i] != NULL && all[i]->set->own_number[0] != '\0' &&
			pdu_same_number(all[i]->set->own_number, number))
			return true;
	return false;
}

/* A loop test of any of our cards; one that a restart has forgotten is nobody's, and no text for people. */
static bool take_loop(const char *from, const char *text)
{
	bool found = false;

	if (strncmp(text, loop_words, sizeof loop_words - 1) != 0)
		return false;
	for (size_t i = 0; i < CARES; i++)
		if (all[i] != NULL && care_loop_is(&all[i]->care, text)) {
			care_loop_came(&all[i]->care, clock_now_ms());
			found = true;
		}
	return found || is_of_us(from);
}

static bool take_text(struct modem_care *m, const struct pdu *p)
{
	const char *from = p->address.number;
	struct buf text;
	bool mine;

	buf_init(&text, TEXT_MAX);
	if (p->has_text)
		pdu_text(p->units, p->unit_count, &text);
	mine = p->ref_bits == 0 && take_loop(from, buf_str(&text));
	if (!mine) {
		care_received(&m->care, clock_now_ms(), from, p->has_text ? buf_str(&text) : NULL);
		if (m->care.credit_waits && p->has_text && carrier_is_operator(from) &&
			strncmp(m->set->modem.credit_query, "sms:", 4) == 0)
			take_answer(m, p);
	}
	buf_free(&text);
	return mine;
}

bool modem_care_inbound(struct modem_care *m, const struct modem_inbound *in)
{
	int64_t now = clock_now_ms();
	const struct pdu *p = in->pdu;
	bool mine;

	if (p == NULL)
		return false;
	if (p->dir != PDU_STATUS) {
		mine = take_text(m, p);
	} else {
		mine = pdu_same_number(p->address.number, m->set->modem.loop_to) &&
		       care_loop_report(&m->care, now, p->mr, p->status);
		care_report(&m->care, now, p->mr, p->status);
	}
	if (mine)
		modem_inbound_committed(m->modem, in->token);
	return mine;
}

void modem_care_ussd(struct modem_care *m, enum modem_ussd_end end, const char *text)
{
	if (end == MODEM_USSD_ANSWERED)
		take_credit(m, text);
	else
		care_credit(&m->care, clock_now_ms(),
			end == MODEM_USSD_UNSUPPORTED
				? "(这张卡或模块不支持USSD查询,请改用短信查询)"
				: "(运营商没有回答)",
			false, 0);
}

void modem_care_state(struct modem_care *m, const struct modem_health *h)
{
	if (h->state != MODEM_READY)
		return;
	care_card(&m->care, clock_now_ms(), h->iccid);
	look(m);
}

/* -- life ------------------------------------------------------------------------------------------ */

static void on_alarm(void *arg, enum care_alarm a, const char *text, bool on)
{
	struct modem_care *m = arg;

	log_warn("event=sim_alarm channel=%s alarm=%s on=%d", m->set->name, care_alarm_code(a), on);
	m->ev->on_alarm(m->ev->arg, care_alarm_code(a), text, on);
}

static void on_changed(void *arg)
{
	keep(arg);
}

bool modem_care_order(struct modem_care *m, const char *what, const char **why)
{
	*why = NULL;
	if (strcmp(what, "loop") == 0) {
		if (!m->care.config.loop)
			*why = "没有写 own_number 或 loop_to,不知道自检短信发给谁。";
		else if (m->care.loop == LOOP_RUNNING)
			*why = "上一次自检还没有结束,最多等10分钟。";
		m->wants_loop = *why == NULL;
	} else if (strcmp(what, "credit") == 0) {
		if (!m->care.config.credit)
			*why = "没有写 credit,不知道怎样查余额。";
		m->wants_credit = *why == NULL;
	} else if (strcmp(what, "trust") == 0) {
		care_trust(&m->care, clock_now_ms());
	} else if (strcmp(what, "reset") == 0) {
		modem_reset(m->modem);
	} else {
		*why = "没有这个动作,可以写 loop、credit、trust、reset。";
	}
	if (*why == NULL)
		look(m);
	return *why == NULL;
}

void modem_care_recall(struct modem_care *m, const char *memory)
{
	care_recall(&m->care, clock_now_ms(), memory);
	modem_care_state(m, modem_health(m->modem));
}

void modem_care_json(const struct modem_care *m, json_t *into)
{
	json_t *o = care_json(&m->care, clock_now_ms());

	json_t *alarms = json_object_get(into, "alarms");

	json_object_update(into, o);
	json_decref(o);
	for (int a = 0; a < CARE_ALARMS; a++)
		if ((m->care.alarms & 1u << a) != 0)
			json_array_append_new(
				alarms, json_string(care_alarm_code((enum care_alarm)a)));
}

struct modem_care *modem_care_new(uv_loop_t *loop, const struct channel_settings *set,
	const struct channel_events *ev, struct modem *modem)
{
	const struct care_config config = { .loop = set->modem.loop_to[0] != '\0',
		.loop_min = set->modem.loop_min,
		.credit = set->modem.credit_query[0] != '\0',
		.reports = set->reports,
		.low_fen = set->modem.credit_low_fen };
	struct modem_care *m = calloc(1, sizeof *m);
	const struct care_events events = { on_alarm, on_changed, m };

	if (m == NULL)
		abort();
	m->set = set;
	m->ev = ev;
	m->modem = modem;
	m->used_ms = clock_mono_ms();
	care_init(&m->care, &config, &events);
	uv_timer_init(loop, &m->timer);
	m->timer.data = m;
	uv_timer_start(&m->timer, on_timer, LOOK_MS, LOOK_MS);
	for (size_t i = 0; i < CARES; i++)
		if (all[i] == NULL) {
			all[i] = m;
			break;
		}
	return m;
}

static void care_gone(uv_handle_t *h)
{
	free(h->data);
}

void modem_care_free(struct modem_care *m)
{
	if (m->care.dirty)
		keep(m);
	for (size_t i = 0; i < CARES; i++)
		if (all[i] == m)
			all[i] = NULL;
	uv_close((uv_handle_t *)&m->timer, care_gone);
}
