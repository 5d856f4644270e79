#include "call_profile.h"

#include <string.h>
#include <strings.h>

#include "banned.h"

const struct call_prepare call_prepare_all[] = {
	{ .text = "AT+CVHU=0" },
	{ .text = "AT+CLIP=1" },
	{ .text = "AT+CRC=0" },
};

/* clang-format off */
static const struct call_profile profiles[] = {
	{ .family = "sim800", .maker = "SIMCOM", .models = { "SIM800", "SIM900", "SIM808", "SIM868", "SIM840" },
	  .prepare = { { .text = "AT+MORING=1", .can = CALL_CAN_LINES },
	               { .text = "AT+DDET=1,0,0", .can = CALL_CAN_KEYS },
	               { .text = "AT+CTTS=?", .can = CALL_CAN_TTS } },
	  .say = "AT+CTTS=1,\"", .say_stop = "AT+CTTS=0",
	  .play = "AT+CREC=4,\"C:\\User\\", .play_tail = { "\",0,90" }, .play_stop = "AT+CREC=5" },
	{ .family = "simcom", .maker = "SIMCOM", .lte = true, /* A76xx too */
	  .prepare = { { .text = "AT+CLCC=1", .can = CALL_CAN_LINES },
	               { .text = "AT+DDET=1", .can = CALL_CAN_KEYS },
	               { .text = "AT+CDTAM=1" },
	               { .text = "AT+CTTS=?", .can = CALL_CAN_TTS },
	               { .text = "AT+CCMXPLAY=?", .path = true } },
	  .say = "AT+CTTS=1,\"", .say_stop = "AT+CTTS=0",
	  .play = "AT+CCMXPLAY=\"C:/", .play_tail = { "\",2,0", "\",1,0" }, .play_stop = "AT+CCMXSTOP",
	  .port = true, .port_on = "AT+CPCMREG=1", .port_off = "AT+CPCMREG=0", .port_ms = 100 },
	{ .family = "quectel2g", .maker = "Quectel", .models = { "M26", "M35", "M66", "MC20", "MC60" },
	  .prepare = { { .text = "AT+QTONEDET=1", .can = CALL_CAN_KEYS },
	               { .text = "AT+QAUDCH=2" } },
	  .play = "AT+QPSND=1,\"RAM:", .play_tail = { "\",0,7,7,1" }, .play_stop = "AT+QPSND=0" },
	{ .family = "quectel", .maker = "Quectel", .lte = true,
	  .prepare = { { .text = "AT^DSCI=1", .can = CALL_CAN_LINES },
	               { .text = "AT+QINDCFG=\"ccinfo\",1,0", .can = CALL_CAN_LINES, .otherwise = true },
	               { .text = "AT+QTONEDET=1", .can = CALL_CAN_KEYS },
	               { .text = "AT+QWTTS=?", .can = CALL_CAN_TTS } },
	  .say = "AT+QWTTS=1,1,1,\"", .say_stop = "AT+QWTTS=0",
	  .play = "AT+QPSND=1,\"", .play_tail = { "\",0,1,1" }, .play_stop = "AT+QPSND=0",
	  .port = true, .port_on = "AT+QPCMV=1,0", .port_off = "AT+QPCMV=0" },
	{ .family = "luat", .maker = "AirM2M", .lte = true,
	  .prepare = { { .text = "AT+SETVOLTE=1" },
	               { .text = "AT+DTMFDET=2,1,6" },
	               { .text = "AT+DTMFDET=1", .can = CALL_CAN_KEYS },
	               { .text = "AT+CTTS=?", .can = CALL_CAN_TTS } },
	  .say = "AT+CTTS=1,\"" },
	{ .family = "huawei", .maker = "huawei",
	  .prepare = { { .text = "AT^CVOICE?", .allows = true },
	               { .text = "AT^CURC=1", .can = CALL_CAN_LINES },
	               { .text = "AT^DDTMFCFG=0,1", .can = CALL_CAN_KEYS } },
	  .port = true, .port_on = "AT^DDSETEX=2" },
	{ .family = "ublox", .maker = "u-blox",
	  .prepare = { { .text = "AT+UCALLSTAT=1", .can = CALL_CAN_LINES },
	               { .text = "AT+UDTMFD=1,2", .can = CALL_CAN_KEYS } } },
	{ .family = "wavecom", .maker = "WAVECOM", .ok_answers = true,
	  .prepare = { { .text = "AT+WIND=50", .can = CALL_CAN_LINES } } },
	{ .family = "generic", .maker = "" }, /* 3GPP alone: it rings, and never confirms */
};
/* clang-format on */

enum { PROFILES = sizeof profiles / sizeof *profiles };

static bool fits(const struct call_profile *p, const char *maker, const char *model)
{
	if (strncasecmp(maker, p->maker, strlen(p->maker)) != 0)
		return false;
	for (size_t i = 0; i < sizeof p->models / sizeof *p->models && p->models[i] != NULL; i++)
		if (strcasestr(model, p->models[i]) != NULL)
			return true;
	return p->models[0] == NULL;
}

const struct call_profile *call_profile_of(const char *maker, const char *model)
{
	size_t i = 0;

	while (!fits(&profiles[i], maker, model))
		i++; /* the last row fits everything */
	return &profiles[i];
}

const struct call_profile *call_profile_named(const char *family)
{
	for (size_t i = 0; i < PROFILES; i++)
		if (strcmp(profiles[i].family, family) == 0)
			return &profiles[i];
	return NULL;
}
