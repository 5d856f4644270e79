/* modem_tell.c - what the driver tells, for the log and the owner. */
#include <string.h>

#include "clock.h"
#include "log.h"
#include "modem_room.h"

#include "banned.h"

static void on_part(void *arg, const struct modem_part *part)
{
	struct modem *m = arg;

	if (part->verdict != VERDICT_SENT)
		log_warn("event=sms_part modem=%s id=%lld part=%u verdict=%s code=%d class=%s",
			m->driver.name, (long long)part->id, part->part,
			verdict_name(part->verdict), part->code == AT_NONE ? -1 : part->code,
			atcode_class_name(part->class));
	if (m->events.on_part != NULL)
		m->events.on_part(m->arg, part);
}

static void on_done(void *arg, int64_t id, enum verdict worst, const struct modem_part *last)
{
	struct modem *m = arg;

	m->events.on_done(m->arg, id, worst, last);
}

static void on_late(void *arg, int64_t id, unsigned part, int mr)
{
	struct modem *m = arg;

	log_info("event=sms_late modem=%s id=%lld part=%u", m->driver.name, (long long)id, part);
	if (m->events.on_late != NULL)
		m->events.on_late(m->arg, id, part, mr);
}

static void on_inbound(void *arg, const struct modem_inbound *in)
{
	struct modem *m = arg;

	m->events.on_inbound(m->arg, in);
}

static void on_state(void *arg, const struct modem_health *health)
{
	struct modem *m = arg;

	log_info("event=modem_state modem=%s state=%s model=\"%s\" signal=%d", m->driver.name,
		modem_state_name(health->state), health->model,
		health->signal == AT_NONE ? -1 : health->signal);
	if (m->events.on_state != NULL)
		m->events.on_state(m->arg, health);
}

static void on_alarm(void *arg, enum modem_alarm alarm, bool on)
{
	struct modem *m = arg;

	log_warn("event=modem_alarm modem=%s alarm=%s on=%d", m->driver.name,
		modem_alarm_name(alarm), on);
	if (m->events.on_alarm != NULL)
		m->events.on_alarm(m->arg, alarm, on);
}

static void on_pin(void *arg, const char *iccid)
{
	struct modem *m = arg;

	m->events.on_pin(m->arg, iccid);
}

static void on_ussd(void *arg, enum modem_ussd_end end, const char *text)
{
	struct modem *m = arg;

	log_info("event=modem_ussd modem=%s end=%d bytes=%zu", m->driver.name, (int)end,
		strlen(text));
	if (m->events.on_ussd != NULL)
		m->events.on_ussd(m->arg, end, text);
}

static void on_cure(void *arg, const char *cure)
{
	struct modem *m = arg;

	log_warn("event=modem_cure modem=%s cure=%s", m->driver.name, cure);
	dialogue_note(&m->dialogue, clock_now_ms(), cure);
	if (m->events.on_cure != NULL)
		m->events.on_cure(m->arg, cure);
}

static void on_key(void *arg, int64_t id, char key)
{
	struct modem *m = arg;

	log_info("event=call_key modem=%s id=%lld key=%c", m->driver.name, (long long)id, key);
	if (m->events.on_key != NULL)
		m->events.on_key(m->arg, id, key);
}

static void on_call(void *arg, const struct modem_call_result *r)
{
	struct modem *m = arg;

	log_info("event=call modem=%s id=%lld end=%s cause=%d rang_s=%lld up_s=%lld plays=%d",
		m->driver.name, (long long)r->id, modem_call_end_name(r->end),
		r->cause == AT_NONE ? -1 : r->cause, (long long)(r->rang_ms / 1000),
		(long long)(r->up_ms / 1000), r->plays);
	if (m->events.on_call != NULL)
		m->events.on_call(m->arg, r);
}

static void on_ring(void *arg, const char *number)
{
	struct modem *m = arg;

	log_info("event=ring modem=%s from=%s", m->driver.name, log_phone(number));
	if (m->events.on_ring != NULL)
		m->events.on_ring(m->arg, number);
}

const struct modem_events *modem_tells(bool pin)
{
	static const struct modem_events all = { on_part, on_done, on_late, on_inbound, on_state,
		on_alarm, on_pin, on_ussd, on_cure, on_key, on_call, on_ring };
	static const struct modem_events no_pin = { on_part, on_done, on_late, on_inbound, on_state,
		on_alarm, NULL, on_ussd, on_cure, on_key, on_call, on_ring };

	return pin ? &all : &no_pin;
}
