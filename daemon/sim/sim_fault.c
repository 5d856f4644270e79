#include "sim_fault.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "banned.h"

enum arguments { NOTHING, TIMES, SPAN, SPAN_TIMES, CODE_TIMES, ON_OFF, PIN_OFF, FROM };

static const struct {
	const char *name;
	enum arguments arguments;
} faults[SIM_FAULTS] = {
	[SIM_NO_PROMPT] = { "no_prompt", TIMES },
	[SIM_NO_REPLY] = { "no_reply", TIMES },
	[SIM_NO_REPLY_LOST] = { "no_reply_lost", TIMES },
	[SIM_LATE_REPLY] = { "late_reply", SPAN_TIMES },
	[SIM_CMS] = { "cms", CODE_TIMES },
	[SIM_HANG] = { "hang", SPAN },
	[SIM_UNPLUG] = { "unplug", SPAN },
	[SIM_RESET] = { "reset", NOTHING },
	[SIM_FULL_STORAGE] = { "full_storage", NOTHING },
	[SIM_ECHO_ON] = { "echo_on", NOTHING },
	[SIM_URC_NOISE] = { "urc_noise", ON_OFF },
	[SIM_SPLIT] = { "split", ON_OFF },
	[SIM_PIN] = { "pin", PIN_OFF },
	[SIM_UNREGISTERED] = { "unregistered", ON_OFF },
	[SIM_DELAY] = { "delay", SPAN },
	[SIM_CMT_MODE] = { "cmt", ON_OFF },
	[SIM_NO_TTS] = { "no_tts", ON_OFF },
	[SIM_RING] = { "ring", FROM },
	[SIM_DEAF] = { "deaf", ON_OFF },
};

const char *sim_fault_name(enum sim_fault_kind kind)
{
	assert(kind < SIM_FAULTS);
	return faults[kind].name;
}

static bool take_times(struct sim_words *w, struct sim_fault *out)
{
	long n = 1;

	if (sim_words_more(w) && !sim_words_number(w, 1, 1000000000, &n))
		return false;
	out->times = (unsigned)n;
	return true;
}

static bool take_code(struct sim_words *w, struct sim_fault *out)
{
	long code;

	if (!sim_words_number(w, 0, 9999, &code))
		return false;
	out->code = (int)code;
	return take_times(w, out);
}

static bool take_switch(struct sim_words *w, struct sim_fault *out)
{
	out->on = !sim_words_take(w, "off");
	if (out->on)
		sim_words_take(w, "on");
	return true;
}

static bool take_pin(struct sim_words *w, struct sim_fault *out)
{
	const char *pin = sim_words_peek(w);
	size_t n;

	snprintf(out->pin, sizeof out->pin, "1234");
	out->on = !sim_words_take(w, "off");
	if (!out->on || pin == NULL)
		return true;
	n = strlen(pin);
	if (n < 4 || n > 8 || strspn(pin, "0123456789") != n)
		return sim_words_fail(w, "a PIN has 4 to 8 digits");
	snprintf(out->pin, sizeof out->pin, "%s", pin);
	return sim_words_bare(w, &pin);
}

static bool take_from(struct sim_words *w, struct sim_fault *out)
{
	const char *from;

	if (!sim_words_string(w, &from))
		return false;
	if (*from == '\0' || strlen(from) >= sizeof out->from)
		return sim_words_fail(w, "ring: a number has 1 to 23 characters");
	snprintf(out->from, sizeof out->from, "%s", from);
	return true;
}

static bool take_arguments(struct sim_words *w, struct sim_fault *out)
{
	switch (faults[out->kind].arguments) {
	case NOTHING:
		return true;
	case TIMES:
		return take_times(w, out);
	case SPAN:
		return sim_words_span(w, 1000, &out->us);
	case SPAN_TIMES:
		return sim_words_span(w, 1000, &out->us) && take_times(w, out);
	case CODE_TIMES:
		return take_code(w, out);
	case ON_OFF:
		return take_switch(w, out);
	case PIN_OFF:
		return take_pin(w, out);
	case FROM:
		return take_from(w, out);
	}
	return false;
}

bool sim_fault_parse(struct sim_words *w, struct sim_fault *out)
{
	const char *name = sim_words_peek(w);

	memset(out, 0, sizeof *out);
	for (int i = 0; name != NULL && i < SIM_FAULTS; i++) {
		if (strcmp(faults[i].name, name) != 0)
			continue;
		out->kind = (enum sim_fault_kind)i;
		return sim_words_bare(w, &name) && take_arguments(w, out);
	}
	return sim_words_fail(w, "'%.40s' is no fault", name ? name : "");
}

static const char *const moments[SIM_MOMENTS] = {
	[SIM_ON_CMGS] = "cmgs",
	[SIM_ON_PROMPT] = "prompt",
	[SIM_ON_DATA] = "data",
	[SIM_ON_SENT] = "sent",
};

bool sim_trap_parse(struct sim_words *w, struct sim_trap *out)
{
	long nth;
	int moment = 0;

	memset(out, 0, sizeof *out);
	while (moment < SIM_MOMENTS && !sim_words_take(w, moments[moment]))
		moment++;
	if (moment == SIM_MOMENTS)
		return sim_words_fail(w, "expected cmgs, prompt, data or sent behind 'on'");
	out->moment = (enum sim_moment)moment;
	out->every = sim_words_take(w, "every");
	if (!sim_words_number(w, 1, 1000000000, &nth))
		return false;
	out->nth = (unsigned)nth;
	return sim_fault_parse(w, &out->fault);
}

bool sim_trap_hits(const struct sim_trap *t, enum sim_moment moment, unsigned cmgs)
{
	if (t->moment != moment || cmgs == 0)
		return false;
	return t->every ? cmgs % t->nth == 0 : cmgs == t->nth;
}
