/* The inbox: parts joined, strangers and operators contained, texts given to the reading. */
#include <stdio.h>
#include <string.h>

#include "alarm.h"
#include "carrier.h"
#include "desk_room.h"
#include "inbound.h"
#include "log.h"
#include "pdu.h"
#include "phone.h"
#include "taking.h"
#include "text.h"

#include "banned.h"

enum { TEXT_BYTES_MAX = 65536 };
#define PARTS_WAIT_MS (120 * INT64_C(1000))

static const char *normal_phone(struct desk *d, const char *from)
{
	struct phone p;

	if (phone_parse(from, NULL, &p) != PHONE_OK || p.kind != PHONE_MOBILE)
		return "";
	return store_keep(d->s, p.text);
}

/* A key is pressed at the number that we dialled ourselves, which may be a landline. */
static const char *sender_of(struct desk *d, const struct incoming *msg, const char *from)
{
	if (strcmp(msg->kind, "key") == 0)
		return from;
	return msg->answerable ? normal_phone(d, from) : "";
}

static bool is_our_own(const struct desk *d, const char *phone)
{
	for (int i = 0; i < d->set->channel_count; i++)
		if (d->set->channel[i].own_number[0] != '\0' &&
			pdu_same_number(d->set->channel[i].own_number, phone))
			return true;
	return false;
}

/* For an alarm that leaves as an SMS: the first words, long figures out. */
static const char *notice_text(struct desk *d, const char *text)
{
	enum { WORDS = 40, LONG_FIGURE = 7 };
	char out[400];
	size_t used = 0, n = text_prefix(text, WORDS);

	for (size_t i = 0; i < n && used + 4 < sizeof out;) {
		size_t digits = strspn(text + i, "0123456789");

		if (digits >= LONG_FIGURE) {
			used += (size_t)snprintf(out + used, sizeof out - used, "***");
			i += digits;
		} else {
			out[used++] = text[i] == '\n' ? ' ' : text[i];
			i++;
		}
	}
	out[used] = '\0';
	return arena_print(&d->s->arena, "运营商来信:%s", out);
}

/* Words of the operator that the SIM is in trouble; never answered, never obeyed. */
static void look_at_notice(struct desk *d, const struct inbound *in)
{
	if (carrier_is_operator(in->phone) && carrier_notice(in->text) != CARRIER_OTHER)
		post_alarm(d, NULL, "sim_notice", in->channel, notice_text(d, in->text));
}

static void set_aside(struct desk *d, struct inbound *in, const char *next)
{
	in->next = next;
	inbound_event(d->s, in, IN_EV_IGNORE, "system");
}

void inbox_take(struct desk *d, const struct incoming *msg, const char *from, const char *text,
	bool complete, int64_t written_ms)
{
	const char *phone = sender_of(d, msg, from);
	struct inbound in = { .channel = msg->channel,
		.kind = msg->kind,
		.phone = phone[0] != '\0' ? phone : from,
		.text = text,
		.written_at = written_ms,
		.received_at = d->s->now_ms,
		.next = "",
		.reading = "[]",
		.complete = complete };
	struct taking r = { .in = &in, .phone = phone };

	if (!inbound_add(d->s, &in, msg->fingerprint))
		return; /* taken before: only the SIM did not forget it */
	if (phone[0] == '\0' || is_our_own(d, phone)) {
		look_at_notice(d, &in);
		set_aside(d, &in, phone[0] == '\0' ? "service" : "own");
		return;
	}
	if (inbound_count_since(d->s, phone, d->s->now_ms - HOUR_MS) >
		d->set->inbox_per_sender_hour) {
		r.quiet = true;
		alarm_raise(d->s, "storm", msg->channel, 0, "同一号码短信过多,已停止自动回复");
	}
	taking_run(d, &r);
	taking_answer(d, &r);
}

/* -- parts ------------------------------------------------------------------------------------- */

static const char *joined(struct desk *d, const struct inbound_part *parts, size_t n)
{
	struct buf text;
	uint16_t *units;
	size_t total = 0, at = 0;
	const char *kept;

	for (size_t i = 0; i < n; i++)
		total += parts[i].unit_count;
	units = arena_take(&d->s->arena, (total + 1) * sizeof *units);
	for (size_t i = 0; i < n; i++) {
		memcpy(units + at, parts[i].units, parts[i].unit_count * sizeof *units);
		at += parts[i].unit_count;
	}
	buf_init(&text, TEXT_BYTES_MAX);
	pdu_text(units, total, &text);
	kept = store_keep(d->s, buf_str(&text));
	buf_free(&text);
	return kept;
}

/* The message's fingerprint is made of its parts': the same set can open it only once. */
static void join_set(struct desk *d, int64_t part_id, bool complete)
{
	const char *phone = "", *channel = "";
	size_t n;
	const struct inbound_part *parts = inbound_part_set(d->s, part_id, &phone, &channel, &n);
	struct incoming msg = {
		.channel = channel, .kind = "sms", .from = phone, .answerable = true
	};

	if (n == 0)
		return;
	seal_sha256(&parts[0].id, sizeof parts[0].id, msg.fingerprint);
	channel = store_keep(d->s, channel);
	msg.channel = channel;
	inbound_part_joined(d->s, part_id, parts[0].id);
	inbox_take(d, &msg, phone, joined(d, parts, n), complete, parts[0].written_at);
}

void inbox_parts_late(struct desk *d, const struct timer *timer)
{
	join_set(d, timer->subject_id, false);
}

static void take_part(struct desk *d, const struct incoming *in)
{
	const char *phone, *channel;
	const char *set = arena_print(&d->s->arena, "%s|%s|%d|%d|%d", in->channel, in->from,
		in->ref, in->ref_bits, in->total);
	struct inbound_part p = { .part = in->part,
		.total = in->total,
		.units = in->units,
		.unit_count = in->unit_count,
		.written_at = in->written_ms };
	int64_t id = inbound_part_add(d->s, in->channel, in->fingerprint, set, in->from, &p);
	size_t n;

	if (id == 0)
		return;
	inbound_part_set(d->s, id, &phone, &channel, &n);
	if ((int)n == in->total)
		join_set(d, id, true);
	else if (n == 1)
		timer_set(d->s, d->s->now_ms + PARTS_WAIT_MS, "parts", 0, id, 0, 0);
}

void desk_incoming(struct desk *d, const struct incoming *in)
{
	struct buf text;

	d->next_due_ms = 0;
	if (strcmp(in->kind, "key") == 0) {
		keypad_take(d, in);
		return;
	}
	if (in->total > 1) {
		take_part(d, in);
		return;
	}
	buf_init(&text, TEXT_BYTES_MAX);
	pdu_text(in->units, in->unit_count, &text);
	inbox_take(d, in, in->from, store_keep(d->s, buf_str(&text)), true, in->written_ms);
	buf_free(&text);
}

void desk_incoming_aside(struct desk *d, const struct incoming *in)
{
	const char *phone = in->answerable ? normal_phone(d, in->from) : "";
	struct buf text;
	struct inbound row = { .channel = in->channel,
		.kind = in->kind,
		.phone = phone[0] != '\0' ? phone : in->from,
		.written_at = in->written_ms,
		.received_at = d->s->now_ms,
		.next = "failed",
		.reading = "[]",
		.raised = true,
		.complete = in->total <= 1 };

	buf_init(&text, TEXT_BYTES_MAX);
	pdu_text(in->units, in->unit_count, &text);
	row.text = store_keep(d->s, buf_str(&text));
	buf_free(&text);
	if (!inbound_add(d->s, &row, in->fingerprint))
		return;
	inbound_event(d->s, &row, IN_EV_HUMAN, "system");
	post_alarm(d, NULL, "unread", arena_print(&d->s->arena, "%lld", (long long)row.id),
		"有短信系统没能处理,请马上看收件箱");
}

/* -- a person reads it ---------------------------------------------------------------------------- */

bool inbox_reread(
	struct desk *d, int64_t id, const char *text, const char *actor, struct fault *fault)
{
	struct inbound in;
	struct taking r = { .in = &in, .actor = actor, .quiet = true };

	if (!inbound_get(d->s, id, &in)) {
		fault_set(fault, "not_found", "没有这条短信", "请核对编号");
		return false;
	}
	if (in.state != IN_HUMAN && in.state != IN_ASKED) {
		fault_set(fault, "conflict", "这条短信已经处理过", "请刷新后再看");
		return false;
	}
	in.text = text;
	in.written_at = 0;
	in.raised = false;
	in.complete = true; /* these are the words of whoever reads it */
	r.phone = normal_phone(d, in.phone);
	taking_run(d, &r);
	if (r.reply.next != REPLY_ECHO || in.state != IN_APPLIED) {
		fault_set(fault, "not_understood", "按这个写法还是不能确定要做什么",
			"请写任务号加一位数字,例如173");
		db_fail(d->s->db, STORE_CONFLICT);
		return false;
	}
	inbound_resolve(d->s, id, actor, text);
	alarm_clear(d->s, "raised", arena_print(&d->s->arena, "%lld", (long long)id), actor);
	return true;
}
