/* sim_at_call.c - the commands of calls: 27.007, and each maker's own. */
#include "sim_at.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_charset.h"
#include "sim_voice.h"
#include "text.h"
#include "banned.h"

enum {
	A_CHARACTER_US = 200 * 1000,
	A_FILE_US = 3000 * 1000,
	SPOKEN_MAX = 2047,
	ALL_SIMCOM = SIM_SIM800 | SIM_A7670,
	ALL_TTS = ALL_SIMCOM | SIM_LUAT
};

int sim_at_dial(struct sim_modem *m, const char *number)
{
	return sim_voice_dial(m, number);
}

int sim_at_hang_up(struct sim_modem *m)
{
	return sim_voice_hang_up(m);
}

/* --- 27.007 --------------------------------------------------------------------------------- */

static int clcc(struct sim_modem *m)
{
	sim_voice_list(m);
	return SIM_OK;
}

static int clcc_lines(struct sim_modem *m, struct sim_args *a)
{
	int n = 0;

	if (!sim_args_number(a, 0, 1, &n) || !sim_args_end(a))
		return SIM_CME_(50);
	if (sim_family_bit(m->family) == SIM_A7670)
		m->set.voice_lines = n;
	return SIM_OK;
}

static int ceer(struct sim_modem *m)
{
	int cause = sim_voice_cause(m);

	if (cause == 0 || sim_family_bit(m->family) == SIM_GENERIC)
		sim_reply_text(m, "+CEER: No cause information available");
	else
		sim_reply_line(m, "+CEER: %d", cause);
	return SIM_OK;
}

/* --- settings of the makers ------------------------------------------------------------------ */

static int first_of(struct sim_args *a)
{
	int n = 0;

	sim_args_number(a, 0, 255, &n);
	return n;
}

static int set_keys(struct sim_modem *m, struct sim_args *a)
{
	m->set.voice_keys = first_of(a) > 0;
	return SIM_OK;
}

/* AT^DDTMFCFG=0,1 and AT+DTMFDET=2,1,6: the first number is not the switch. */
static int set_decoder(struct sim_modem *m, struct sim_args *a)
{
	int n = 0;

	first_of(a);
	sim_args_number(a, 0, 255, &n);
	m->set.voice_keys = n > 0;
	return SIM_OK;
}

static int set_detection(struct sim_modem *m, struct sim_args *a)
{
	int n = first_of(a);

	if (n < 2)
		m->set.voice_keys = n;
	return SIM_OK;
}

static int set_lines(struct sim_modem *m, struct sim_args *a)
{
	m->set.voice_lines = first_of(a) > 0;
	return SIM_OK;
}

static int set_info(struct sim_modem *m, struct sim_args *a)
{
	char what[16] = "";

	if (!sim_args_string(a, what, sizeof what))
		return SIM_ERROR;
	if (strcmp(what, "ccinfo") == 0)
		m->set.voice_lines = first_of(a) > 0;
	return SIM_OK;
}

static int taken(struct sim_modem *m, struct sim_args *a)
{
	(void)m;
	(void)a;
	return SIM_OK;
}

static int taken_cdtam(struct sim_modem *m, struct sim_args *a)
{
	(void)a;
	sim_reply_text(m, "+CDTAM: OK");
	return SIM_OK;
}

static int cvoice(struct sim_modem *m)
{
	sim_reply_text(m, "^CVOICE: 0,8000,16,20");
	return SIM_OK;
}

/* --- speech ------------------------------------------------------------------------------------ */

static int speak(struct sim_modem *m, struct sim_args *a, const char *ends)
{
	char hex[SPOKEN_MAX + 1] = "";
	struct buf text;
	int rc;

	if (m->no_tts || !sim_args_string(a, hex, sizeof hex) || hex[0] == '\0')
		return SIM_ERROR;
	buf_init(&text, 2 * SPOKEN_MAX);
	if (!sim_charset_get(SIM_SET_UCS2, hex, strlen(hex), &text)) {
		buf_free(&text);
		return SIM_ERROR;
	}
	rc = sim_voice_speak(
		m, buf_str(&text), (int64_t)text_count(buf_str(&text)) * A_CHARACTER_US, ends);
	if (rc == SIM_OK && sim_family_bit(m->family) == SIM_A7670)
		sim_reply_text(m, "+CTTS:");
	buf_free(&text);
	return rc;
}

static int ctts(struct sim_modem *m, struct sim_args *a)
{
	int mode = first_of(a);

	if (mode == 0)
		return sim_voice_hush(m);
	return mode == 1
		       ? speak(m, a, sim_family_bit(m->family) == SIM_LUAT ? "+CTTS:0" : "+CTTS: 0")
		       : SIM_ERROR;
}

static int qwtts(struct sim_modem *m, struct sim_args *a)
{
	int on = first_of(a), mode = 0;

	if (on == 0)
		return sim_voice_hush(m);
	first_of(a);
	sim_args_number(a, 0, 2, &mode);
	return mode == 1 ? speak(m, a, "+QWTTS: 0") : SIM_ERROR;
}

static int tell_ctts(struct sim_modem *m)
{
	if (m->no_tts)
		return SIM_ERROR;
	sim_reply_text(m, "+CTTS: (0-2),<text>");
	return SIM_OK;
}

static int tell_qwtts(struct sim_modem *m)
{
	if (m->no_tts)
		return SIM_ERROR;
	sim_reply_text(m, "+QWTTS: (0,1),(0-7),(1,2),<text>");
	return SIM_OK;
}

/* --- files --------------------------------------------------------------------------------------- */

static int play(struct sim_modem *m, struct sim_args *a, const char *ends)
{
	char path[80] = "", what[96];

	if (!sim_args_string(a, path, sizeof path) || path[0] == '\0')
		return SIM_ERROR;
	snprintf(what, sizeof what, "file %s", path);
	return sim_voice_speak(m, what, A_FILE_US, ends);
}

static int crec(struct sim_modem *m, struct sim_args *a)
{
	int n = first_of(a);

	return n == 5 ? sim_voice_hush(m) : n == 4 ? play(m, a, "+CREC: 0") : SIM_ERROR;
}

static int qpsnd(struct sim_modem *m, struct sim_args *a)
{
	return first_of(a) == 0 ? sim_voice_hush(m) : play(m, a, "+QPSND: 0");
}

static int ccmxplay(struct sim_modem *m, struct sim_args *a)
{
	int rc = play(m, a, "+AUDIOSTATE: audio play stop");

	if (rc == SIM_OK)
		sim_reply_text(m, "+CCMXPLAY:");
	return rc;
}

static int ccmxstop(struct sim_modem *m)
{
	return sim_voice_hush(m);
}

/* clang-format off */
const struct sim_command sim_commands_call[] = {
	{ "+CHUP", SIM_NEEDS_NOTHING, .exec = sim_at_hang_up, .test = "" },
	{ "+CLCC", SIM_NEEDS_NOTHING, .exec = clcc, .set = clcc_lines, .test = "" },
	{ "+CEER", SIM_NEEDS_NOTHING, .exec = ceer, .test = "" },
	{ "+CLIP", SIM_NEEDS_NOTHING, .test = "(0,1)", .offset = offsetof(struct sim_settings, clip), .max = 1 },
	{ "+COLP", SIM_NEEDS_NOTHING, .test = "(0,1)", .offset = offsetof(struct sim_settings, colp), .max = 1 },
	{ "+CLIR", SIM_NEEDS_NOTHING, .test = "(0-2)", .offset = offsetof(struct sim_settings, clir), .max = 2 },
	{ "+CRC", SIM_NEEDS_NOTHING, .test = "(0,1)", .offset = offsetof(struct sim_settings, crc), .max = 1 },
	{ "+CVHU", SIM_NEEDS_NOTHING, .test = "(0,1)", .offset = offsetof(struct sim_settings, cvhu), .max = 1 },
	{ "+MORING", SIM_NEEDS_NOTHING, .set = set_lines, .test = "(0,1)", .families = SIM_SIM800 },
	{ "+DDET", SIM_NEEDS_NOTHING, .set = set_keys, .test = "(0,1)", .families = ALL_SIMCOM },
	{ "+CDTAM", SIM_NEEDS_NOTHING, .set = taken_cdtam, .test = "(0,1)", .families = SIM_A7670 },
	{ "+CTTSPARAM", SIM_NEEDS_NOTHING, .set = taken, .test = "", .families = ALL_TTS },
	{ "+CTTS", SIM_NEEDS_NOTHING, .set = ctts, .tell = tell_ctts, .families = ALL_TTS },
	{ "+CREC", SIM_NEEDS_NOTHING, .set = crec, .test = "(1-5)", .families = SIM_SIM800 },
	{ "+CCMXPLAY", SIM_NEEDS_NOTHING, .set = ccmxplay, .test = "(\"filename\"),(0-1),(0-255)",
	  .families = SIM_A7670 },
	{ "+CCMXSTOP", SIM_NEEDS_NOTHING, .exec = ccmxstop, .test = "", .families = SIM_A7670 },
	{ "+CPCMREG", SIM_NEEDS_NOTHING, .set = taken, .test = "(0,1)", .families = SIM_A7670 },
	{ "^DSCI", SIM_NEEDS_NOTHING, .set = set_lines, .test = "(0,1)", .families = SIM_QUECTEL },
	{ "+QINDCFG", SIM_NEEDS_NOTHING, .set = set_info, .test = "", .families = SIM_QUECTEL },
	{ "+QTONEDET", SIM_NEEDS_NOTHING, .set = set_keys, .test = "(0,1)", .families = SIM_QUECTEL },
	{ "+QWTTS", SIM_NEEDS_NOTHING, .set = qwtts, .tell = tell_qwtts, .families = SIM_QUECTEL },
	{ "+QPSND", SIM_NEEDS_NOTHING, .set = qpsnd, .test = "", .families = SIM_QUECTEL },
	{ "+QPCMV", SIM_NEEDS_NOTHING, .set = taken, .test = "(0,1),(0,2)", .families = SIM_QUECTEL },
	{ "+SETVOLTE", SIM_NEEDS_NOTHING, .set = taken, .test = "(0,1)", .families = SIM_LUAT },
	{ "+DTMFDET", SIM_NEEDS_NOTHING, .set = set_detection, .test = "", .families = SIM_LUAT },
	{ "^CVOICE", SIM_NEEDS_NOTHING, .read = cvoice, .test = "", .families = SIM_HUAWEI },
	{ "^CURC", SIM_NEEDS_NOTHING, .set = taken, .test = "(0,1)", .families = SIM_HUAWEI },
	{ "^DDTMFCFG", SIM_NEEDS_NOTHING, .set = set_decoder, .test = "", .families = SIM_HUAWEI },
	{ "^DDSETEX", SIM_NEEDS_NOTHING, .set = taken, .test = "(2)", .families = SIM_HUAWEI },
	{ "+UCALLSTAT", SIM_NEEDS_NOTHING, .set = set_lines, .test = "(0,1)", .families = SIM_UBLOX },
	{ "+UDTMFD", SIM_NEEDS_NOTHING, .set = set_keys, .test = "(0-2)", .families = SIM_UBLOX },
	{ .name = NULL },
};
/* clang-format on */
