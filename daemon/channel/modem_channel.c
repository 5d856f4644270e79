#include "modem_channel.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "device.h"
#include "json.h"
#include "log.h"
#include "mask.h"
#include "modem.h"
#include "modem_care.h"
#include "ports.h"
#include "voice_call.h"

#include "banned.h"

struct channel {
	struct channel_settings set;
	struct channel_events ev;
	struct modem *modem;
	struct modem_care *care;               /* NULL while the modem is closed */
	int parts;                             /* of the message under way */
	const char *power[SETTINGS_WORDS + 1]; /* words of its command */
	struct voice_call *voice;              /* NULL: it does not call */
	int room;                              /* kinds it took when it was last looked at: bits */
};

static enum send_verdict verdict_of(enum verdict v)
{
	static const enum send_verdict map[] = { [VERDICT_SENT] = SEND_SENT,
		[VERDICT_NOT_SENT] = SEND_NOT_SENT,
		[VERDICT_UNSURE] = SEND_UNSURE,
		[VERDICT_REFUSED] = SEND_REFUSED };

	return map[v];
}

static enum send_class class_of(enum atcode_class c)
{
	switch (c) {
	case ATCODE_NUMBER:
		return SEND_NUMBER;
	case ATCODE_CARD:
		return SEND_CARD;
	case ATCODE_MODEM:
		return SEND_MODEM;
	case ATCODE_OURS:
		return SEND_OURS;
	default:
		return SEND_PASSING;
	}
}

static void reason(const struct modem_part *p, char out[48])
{
	if (p == NULL)
		out[0] = '\0';
	else if (p->code >= 0)
		snprintf(out, 48, "%s %d", atcode_class_name(p->class), p->code);
	else
		snprintf(out, 48, "%s", verdict_name(p->verdict));
}

static void on_part(void *arg, const struct modem_part *p)
{
	struct channel *c = arg;
	struct send_part out = { .id = p->id,
		.part = (int)p->part,
		.parts = (int)p->parts,
		.verdict = verdict_of(p->verdict),
		.mr = p->mr };

	if (c->care != NULL && modem_care_part(c->care, p))
		return;
	if (p->id < 0)
		return; /* the care's, and it has gone */
	c->parts = (int)p->parts;
	if (p->verdict != VERDICT_SENT)
		reason(p, out.error);
	c->ev.on_part(c->ev.arg, &out);
}

static void ended(struct channel *c, struct send_result *r)
{
	r->parts = c->parts;
	r->other_ref = "";
	c->ev.on_sent(c->ev.arg, r);
}

static void on_done(void *arg, int64_t id, enum verdict worst, const struct modem_part *last)
{
	struct channel *c = arg;
	char error[48];

	if (c->care != NULL && modem_care_done(c->care, id, worst))
		return;
	if (id < 0)
		return;
	reason(worst == VERDICT_SENT ? NULL : last, error);
	ended(c, &(struct send_result){ .id = id,
			 .verdict = verdict_of(worst),
			 .class_ = last == NULL ? SEND_PASSING : class_of(last->class),
			 .error = error });
}

static void on_late(void *arg, int64_t id, unsigned part, int mr)
{
	struct channel *c = arg;

	c->ev.on_late(c->ev.arg, id, (int)part, mr);
}

/* An unreadable PDU is kept as its hex: nothing that arrived is thrown away unseen. */
static void hand_in_raw(struct channel *c, const struct modem_inbound *in)
{
	size_t n = strlen(in->hex);
	uint16_t *units = malloc((n + 1) * sizeof *units);
	struct incoming out = { .channel = c->set.name,
		.kind = "raw",
		.from = "unreadable",
		.units = units,
		.unit_count = n };

	if (units == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		units[i] = (unsigned char)in->hex[i];
	memcpy(out.fingerprint, in->fingerprint, sizeof out.fingerprint);
	c->ev.on_incoming(c->ev.arg, in->token, &out);
	free(units);
}

static void hand_in(struct channel *c, const struct modem_inbound *in)
{
	const struct pdu *p = in->pdu;
	struct incoming out = { .channel = c->set.name,
		.kind = "sms",
		.from = p->address.number,
		.answerable =
			!pdu_is_alphanumeric(p->address.toa) && !pdu_is_service(p) && p->has_text,
		.units = p->units,
		.unit_count = p->unit_count,
		.written_ms = pdu_time_ms(&p->scts),
		.ref = (int)p->ref,
		.ref_bits = (int)p->ref_bits,
		.part = (int)p->part,
		.total = p->ref_bits == 0 ? 0 : (int)p->parts };

	memcpy(out.fingerprint, in->fingerprint, sizeof out.fingerprint);
	c->ev.on_incoming(c->ev.arg, in->token, &out);
}

static void on_inbound(void *arg, const struct modem_inbound *in)
{
	struct channel *c = arg;

	if (modem_care_inbound(c->care, in))
		return;
	if (in->pdu == NULL) {
		hand_in_raw(c, in);
	} else if (in->pdu->dir == PDU_STATUS) {
		struct report r = { .mr = in->pdu->mr,
			.status = in->pdu->status,
			.number = in->pdu->address.number,
			.outcome = pdu_outcome_name(pdu_outcome(in->pdu->status)) };

		c->ev.on_report(c->ev.arg, in->token, &r);
	} else {
		hand_in(c, in);
	}
}

static int room(const struct channel *c, enum outgoing_kind kind)
{
	if (kind == OUTGOING_CALL)
		return c->voice != NULL && voice_call_room(c->voice) ? 1 : 0;
	return modem_can_send(c->modem) ? 1 : 0;
}

static void on_state(void *arg, const struct modem_health *h)
{
	struct channel *c = arg;
	int was = c->room;

	if (c->modem == NULL)
		return; /* it is being opened */
	if (c->voice != NULL)
		voice_call_ready(c->voice);
	c->room = 0;
	for (int k = 0; k < OUTGOING_KINDS; k++)
		c->room |= room(c, (enum outgoing_kind)k) > 0 ? 1 << k : 0;
	if ((c->room & ~was) != 0)
		c->ev.on_ready(c->ev.arg);
	if (c->care != NULL)
		modem_care_state(c->care, h);
}

static void on_key(void *arg, int64_t id, char key)
{
	struct channel *c = arg;

	voice_call_key(c->voice, id, key);
}

static void on_call(void *arg, const struct modem_call_result *r)
{
	struct channel *c = arg;

	c->room = 0;
	voice_call_end(c->voice, r);
}

enum { THERE_MAX = 500 };

static enum device_state look(const char *device, const char *imei, char text[DEVICE_TEXT])
{
	enum device_state s = device_look(device, imei);
	char there[THERE_MAX];

	if (s != DEVICE_THERE)
		device_tell(s, device, ports_names(NULL, there, sizeof there), text);
	return s;
}

/* Which port, and which there are: whoever reads it is to find the cable or the line. */
static void on_alarm(void *arg, enum modem_alarm alarm, bool on)
{
	struct channel *c = arg;
	char found[DEVICE_TEXT];
	const char *text = modem_alarm_text(alarm);

	if (on && alarm == MODEM_ALARM_MISSING &&
		look(c->set.device, c->set.modem.imei, found) != DEVICE_THERE)
		text = found;
	c->ev.on_alarm(c->ev.arg, modem_alarm_name(alarm), text, on);
}

static void on_pin(void *arg, const char *iccid)
{
	struct channel *c = arg;

	c->ev.on_pin(c->ev.arg, iccid);
}

static void on_ussd(void *arg, enum modem_ussd_end end, const char *text)
{
	struct channel *c = arg;

	if (c->care != NULL)
		modem_care_ussd(c->care, end, text);
}

static const struct modem_events events = { .on_part = on_part,
	.on_done = on_done,
	.on_late = on_late,
	.on_inbound = on_inbound,
	.on_state = on_state,
	.on_alarm = on_alarm,
	.on_pin = on_pin,
	.on_key = on_key,
	.on_call = on_call,
	.on_ussd = on_ussd };

static int absent(const struct channel_settings *set, const char **key, char *text, size_t n)
{
	const char *imei = set->modem.imei, *sound = set->modem.audio_device;
	char why[DEVICE_TEXT];
	enum device_state s = look(set->device, imei, why);

	*key = set->device[0] != '\0' ? "device" : "imei";
	if (s == DEVICE_THERE && sound[0] != '\0') {
		s = look(sound, "", why);
		*key = "audio_device";
	}
	if (s == DEVICE_THERE)
		return 0;
	snprintf(text, n, "%s", why);
	return s == DEVICE_FORBIDDEN ? EXIT_NO_PERMISSION : EXIT_UNAVAILABLE;
}

static struct channel *start(
	uv_loop_t *loop, const struct channel_settings *set, const struct channel_events *ev)
{
	struct channel *c = calloc(1, sizeof *c);
	struct modem_config config;

	if (c == NULL)
		abort();
	c->set = *set;
	c->ev = *ev;
	for (size_t i = 0; i < SETTINGS_WORDS && c->set.modem.power_command[i][0] != '\0'; i++)
		c->power[i] = c->set.modem.power_command[i];
	/* The pace between messages is kept above: a message is claimed when it can go, not before. */
	config = (struct modem_config){ .name = c->set.name,
		.device = c->set.device,
		.baud = c->set.baud == 0 ? MODEM_BAUD_AUTO : c->set.baud,
		.imei = c->set.modem.imei[0] == '\0' ? NULL : c->set.modem.imei,
		.pin = c->set.pin[0] == '\0' ? NULL : c->set.pin,
		.smsc = c->set.smsc[0] == '\0' ? NULL : c->set.smsc,
		.part_pace_ms = c->set.part_pace_ms,
		.max_parts = c->set.max_parts,
		.validity_min = c->set.validity_min,
		.gap_ms = -1,
		.iccid = c->set.modem.iccid[0] == '\0' ? NULL : c->set.modem.iccid,
		.profile = c->set.modem.profile[0] == '\0' ? NULL : c->set.modem.profile,
		.roaming = c->set.modem.roaming,
		.power_command = c->power[0] == NULL ? NULL : c->power,
		.voice = c->set.voice,
		.call_file = c->set.modem.call_file[0] == '\0' ? NULL : c->set.modem.call_file,
		.audio_device =
			c->set.modem.audio_device[0] == '\0' ? NULL : c->set.modem.audio_device,
		.no_reports = !c->set.reports };
	c->modem = modem_open(loop, &config, &events, c);
	if (c->set.voice)
		c->voice = voice_call_new(loop, &c->set, &c->ev, c->modem);
	c->care = modem_care_new(loop, &c->set, &c->ev, c->modem);
	return c;
}

static void stop(struct channel *c)
{
	modem_care_free(c->care);
	c->care = NULL;
	modem_close(c->modem);
	if (c->voice != NULL)
		voice_call_free(c->voice);
	free(c);
}

static bool send_one(struct channel *c, const struct outgoing *m)
{
	struct modem_message out = { .id = m->id,
		.to = m->to,
		.text = m->text,
		.ref = (unsigned)m->concat_ref & 0xff,
		.more = m->more,
		.validity_min = m->validity_min < c->set.validity_min ? m->validity_min
								      : c->set.validity_min,
		.first_part = (unsigned)m->first_part };
	enum pdu_rc why;
	enum modem_rc rc;

	if (m->kind == OUTGOING_CALL)
		return c->voice != NULL && voice_call_send(c->voice, m);
	c->room = 0;
	modem_care_given(c->care, m->to);
	c->parts = (int)modem_parts(m->text, false, c->set.max_parts);
	rc = modem_send(c->modem, &out, &why);
	if (rc == MODEM_UNFIT) {
		ended(c, &(struct send_result){ .id = m->id,
				 .verdict = SEND_REFUSED,
				 .class_ = SEND_OURS,
				 .error = pdu_rc_name(why) });
		return true;
	}
	return rc == MODEM_TAKEN;
}

static void committed(struct channel *c, int64_t token, bool ok)
{
	if (c->voice != NULL && voice_call_committed(c->voice, token, ok))
		return;
	if (ok)
		modem_inbound_committed(c->modem, token);
	else
		modem_inbound_left(c->modem, token);
}

static void pin(struct channel *c, bool may_try)
{
	modem_pin(c->modem, may_try);
}

static json_t *counters(const struct modem_counters *n)
{
	json_t *o = json_object();

	json_put_int(o, "sent", (int64_t)n->sent);
	json_put_int(o, "refused", (int64_t)n->refused);
	json_put_int(o, "not_sent", (int64_t)n->not_sent);
	json_put_int(o, "unsure", (int64_t)n->unsure);
	json_put_int(o, "late", (int64_t)n->late);
	json_put_int(o, "received", (int64_t)n->received);
	json_put_int(o, "reports", (int64_t)n->reports);
	json_put_int(o, "unreadable", (int64_t)n->unreadable);
	json_put_int(o, "commands", (int64_t)n->commands);
	json_put_int(o, "silences", (int64_t)n->silences);
	json_put_int(o, "resets", (int64_t)n->resets);
	json_put_int(o, "losses", (int64_t)n->losses);
	json_put_int(o, "calls", (int64_t)n->calls);
	json_put_int(o, "confirmed", (int64_t)n->confirmed);
	json_put_int(o, "rings", (int64_t)n->rings);
	return o;
}

static void put_number(json_t *o, const char *key, int n)
{
	json_object_set_new(o, key, n == AT_NONE ? json_null() : json_integer(n));
}

/* 27.007 7.3: what people call the access technologies. */
static const char *technology(int act)
{
	static const char *const names[] = { "2G", "2G", "3G", "2G", "3G", "3G", "3G", "4G", "2G",
		"4G", "4G", "5G", "5G", "4G" };

	return act >= 0 && act < (int)(sizeof names / sizeof *names) ? names[act] : "";
}

/* 27.007 7.2 */
static const char *registration(const struct modem_health *h)
{
	if (h->registered)
		return h->roaming ? "roaming" : "home";
	return h->registration == 2 ? "searching" : h->registration == 3 ? "denied" : "none";
}

static void put_card(json_t *o, const struct modem_health *h)
{
	char masked[MASK_MAX];

	json_put_str(o, "registration", registration(h));
	json_put_str(o, "technology", technology(h->technology));
	put_number(o, "dbm", h->dbm);
	put_number(o, "signal_mean", h->signal_mean);
	put_number(o, "temperature", h->temperature);
	json_put_str(o, "imsi", mask_account(h->imsi, masked, sizeof masked));
	json_put_str(o, "smsc", h->smsc);
	json_put_str(o, "maker", h->maker);
	json_put_str(o, "firmware", h->revision);
	json_put_str(o, "profile", h->profile);
}

static json_t *health(const struct channel *c)
{
	const struct modem_health *h = modem_health(c->modem);
	json_t *o = json_object(), *alarms = json_array();
	char masked[MASK_MAX];

	json_object_set_new(o, "up", json_boolean(h->state == MODEM_READY));
	if (h->state != MODEM_LOST)
		put_card(o, h);
	json_put_str(o, "state", modem_state_name(h->state));
	json_put_int(o, "for_s", (clock_mono_ms() - h->since_ms) / 1000);
	json_object_set_new(o, "signal", h->signal < 0 ? json_null() : json_integer(h->signal));
	json_put_str(o, "operator", h->operator_);
	json_put_str(o, "model", h->model);
	json_put_str(o, "imei", mask_account(h->imei, masked, sizeof masked));
	json_put_str(o, "iccid", mask_account(h->iccid, masked, sizeof masked));
	json_object_set_new(
		o, "store_used", h->store_used < 0 ? json_null() : json_integer(h->store_used));
	json_object_set_new(
		o, "store_total", h->store_total < 0 ? json_null() : json_integer(h->store_total));
	for (int i = 1; i < MODEM_ALARMS; i++)
		if ((h->alarms & 1u << i) != 0)
			json_array_append_new(
				alarms, json_string(modem_alarm_name((enum modem_alarm)i)));
	json_object_set_new(o, "alarms", alarms);
	if (c->voice != NULL) {
		json_put_str(o, "speech", h->speech);
		json_object_set_new(o, "hears_keys", json_boolean(h->hears_keys));
		json_object_set_new(o, "in_call", json_boolean(h->in_call));
	}
	modem_care_json(c->care, o);
	json_object_set_new(o, "count", counters(&h->count));
	return o;
}

static json_t *talk(const struct channel *c, uint64_t since)
{
	return modem_log(c->modem, since);
}

static void recall(struct channel *c, const char *memory)
{
	modem_care_recall(c->care, memory);
}

static bool order(struct channel *c, const char *what, const char **why)
{
	return modem_care_order(c->care, what, why);
}

const struct channel_kind modem_channel = { .kind = "modem",
	.absent = absent,
	.start = start,
	.stop = stop,
	.room = room,
	.send = send_one,
	.committed = committed,
	.pin = pin,
	.health = health,
	.log = talk,
	.recall = recall,
	.order = order };
