/*
 * settings.h - the whole configuration as plain data, read once from quanzud.conf.
 *
 * Only daemon/config knows libconfig. Every key is documented in conf/quanzud.conf and in
 * quanzud.conf(5), range-checked, and unknown keys are refused with file and line. What a
 * reload (SIGHUP) may change is marked R; the rest needs a restart and is said so in the log.
 */
#ifndef QUANZU_SETTINGS_H
#define QUANZU_SETTINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fraud.h"
#include "level.h"
#include "outcome_code.h"
#include "phrase.h"
#include "policy.h"
#include "quota.h"
#include "reward_rule.h"
#include "template.h"
#include "way.h"

enum { SETTINGS_CHANNELS = 64, SETTINGS_LISTENS = 8, SETTINGS_PATH = 256 };
enum { SETTINGS_WORDS = 12, SETTINGS_WORD = 128 };

struct channel_settings {
	char name[32], kind[16], device[SETTINGS_PATH];
	bool sms, voice;
	int baud; /* 0: auto */
	char pin[16], smsc[24], own_number[24];
	/* Between messages 3000, between parts 1000; a loop-back port or a pty (simulator) 0. */
	int pace_ms, part_pace_ms;
	int max_parts;                     /* 6 */
	int validity_min;                  /* 60 for urgent ones */
	int per_minute, per_hour, per_day; /* parts; 0 no limit; 20, 200, 1000; simulators 0 */
	int per_month;                     /* likewise; 0 */
	bool reports;                      /* ask for delivery reports */
	struct {                           /* of a modem and its card */
		char iccid[24];   /* the card that belongs here, or its beginning; "" any */
		char imei[20];    /* the modem is looked for by it; "" by device alone */
		char profile[24]; /* "" by what the modem says it is */
		bool roaming;
		/* Words of a command, see power.h; the first "": none. */
		char power_command[SETTINGS_WORDS][SETTINGS_WORD];
		char call_file[64];               /* a sound file on the modem; "" none */
		char audio_device[SETTINGS_PATH]; /* port for the sound of calls; "" none */
		/* Words of a command, see speech.h; the first "": none. */
		char speech_command[SETTINGS_WORDS][SETTINGS_WORD];
		char speech_folder[SETTINGS_PATH]; /* data_dir/speech */
		char credit_query[64];             /* ussd:CODE, sms:NUMBER:TEXT; "" is not asked */
		char credit_pattern[208];          /* "" by the operator of the card */
		int64_t credit_low_fen;            /* 1000 */
		char loop_to[24];                  /* the loop test goes there; "" to own_number */
		int loop_min; /* so often; 0 only by order; 1440, simulators 0 */
	} modem;
	struct way_rules way; /* what it is for, cost, preference, hours, carriers */
	/* One number by whatever channel, and one template to one number by this one. */
	struct rate_rules per_number, per_number_calls, per_template;
	/*
	 * Keys that belong to the kind alone, as JSON: of a cloud's account. The secret file "x_file"
	 * was read and stands as "x" (but for ca_file, which stays an absolute path). NULL: a modem.
	 * `own_lines` says where each stands, {"key": line}, with "@file" and "@line" of the channel;
	 * kind has its line there as well, and of a modem its devices. Owned by the settings and wiped with them: who
	 * runs longer copies what it needs.
	 */
	json_t *own, *own_lines;
};

struct arena;

/*
 * Defaults stand in conf/quanzud.conf beside each key. Paths are absolute here: relative ones
 * in the file begin at data_dir (data_dir itself at the folder of the file).
 */
struct settings {
	char centre[96], area[16], timezone[48], signature[48], centre_phone[24];
	char data_dir[SETTINGS_PATH], store[SETTINGS_PATH], key_file[SETTINGS_PATH];
	int node;
	bool drill;          /* R: texts marked 演练 */
	bool require_pledge; /* R: no number and door to a member without a signed pledge */

	struct {
		char listen[SETTINGS_LISTENS][64];
		int listen_count;
		char socket[SETTINGS_PATH];
		char socket_group[32];
		size_t body_max, header_max;
		int connections, per_address, head_s, request_s;
		int queue; /* jobs that may wait for the desk; more: 503 */
	} http;
	struct {
		char dir[SETTINGS_PATH]; /* "" no drop folder */
		int stable_s;
		size_t file_max;
		int rows_max;
	} drop;
	struct channel_settings channel[SETTINGS_CHANNELS];
	int channel_count;

	struct policies policies;          /* R */
	struct templates templates;        /* R */
	struct outcome_codes outcomes;     /* R */
	struct reward_rules rewards;       /* R */
	struct phrases *phrases;           /* R; owned; NULL only after settings_default() */
	struct fraud_table fraud_types;    /* R; of the office; types NULL: none */
	struct level_table level_words;    /* R; of the sources; words NULL: none */
	struct arena *memory;              /* behind both tables; owned */
	char alarm_command[SETTINGS_PATH]; /* R; a program without arguments; "" none */
	char log_level[8];                 /* R */
	int64_t disk_low_bytes;            /* below: intake answers 507 */
	int inbox_per_sender_hour, answers_per_hour, answers_per_day; /* R */
	int bundle_s;        /* R; notices to one person wait so long for others; 0 off */
	int unsure_wait_s;   /* R; an urgent SMS without answer of the network: again after this */
	int call_end_wait_s; /* R; a call by a provider that tells no end: asked for after this */
};

struct settings_error {
	char file[SETTINGS_PATH];
	int line;
	char text[1200]; /* plain Chinese: what is wrong, what is allowed */
};

/* What an empty file means. Owns nothing: such a struct needs no settings_free(). */
void settings_default(struct settings *s);
/*
 * Reads and checks; what is allowed but worth knowing goes to the log. NULL and *error when
 * it cannot be used. Free with settings_free(). Blocks for the disk.
 */
struct settings *settings_read(const char *path, struct settings_error *error);
void settings_free(struct settings *s); /* wipes; NULL is allowed */
/* Names of the keys outside R that differ (http.listen, ...), comma separated, cut at n; "" none. */
void settings_restart_keys(const struct settings *a, const struct settings *b, char *out, size_t n);

#endif
