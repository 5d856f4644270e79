/*
 * sim_modem.h - one simulated modem: its SIM, settings, stores, faults; bytes in, bytes out.
 *
 * Calling sequence: sim_modem_new(), sim_modem_wire(), sim_modem_power(); then sim_modem_input() with
 * what the terminal sends. Answers leave through the wire, at once or from the schedule. Reads
 * only base/clock, does no I/O of its own and never blocks, so tests run it on a virtual
 * clock. The struct is open to the rooms of the AT commands (sim_at.h); others use the functions.
 */
#ifndef QUANZU_SIM_MODEM_H
#define QUANZU_SIM_MODEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "sim_charset.h"
#include "sim_fault.h"
#include "sim_net.h"
#include "sim_store.h"

enum {
	SIM_LINE_LIMIT = 2048,   /* bytes of a command line */
	SIM_DATA_LIMIT = 4096,   /* bytes at a prompt */
	SIM_LATER_LIMIT = 65536, /* bytes that wait while a message is on the air */
	SIM_TRAPS_MAX = 64,
	SIM_USSD_MAX = 16,
	SIM_URCS_MAX = 64 /* unsolicited lines kept back; more are dropped, the oldest first */
};

/* How bytes leave, and what happens to the port. All calls only book work or write at once. */
struct sim_wire {
	void (*write)(void *port, const char *bytes, size_t n);
	void (*hang)(void *port, int64_t us); /* nothing in or out for so long */
	void (*unplug)(
		void *port, int64_t us); /* the port vanishes; sim_modem_power() when it is back */
	void (*dribble)(void *port, bool on); /* one byte a millisecond */
};

enum sim_ussd_form { SIM_USSD_UCS2, SIM_USSD_PLAIN, SIM_USSD_PACKED }; /* PACKED: the code too */

struct sim_identity {
	char imsi[16], iccid[21], imei[16];
	char maker[32], model[32], revision[48];
	char operator[32], plmn[8];
	int signal;      /* +CSQ */
	int temperature; /* +CPMUTEMP; 0: it knows no such command */
	enum sim_ussd_form ussd_form;
	struct {
		char code[24];
		char *text;
	} ussd[SIM_USSD_MAX];
	size_t ussd_count;
};

enum { SIM_CNMI_MODE, SIM_CNMI_MT, SIM_CNMI_BM, SIM_CNMI_DS, SIM_CNMI_BFR, SIM_CNMI };
enum { SIM_MEM_SM, SIM_MEM_ME, SIM_MEM_SR, SIM_MEMS };

struct sim_settings { /* lost at a reset; all int so that one table can name them */
	int echo, verbose, quiet, cmee, cmgf, csms, csdh, cmms, cgsms;
	int voice_keys, voice_lines;
	int creg, cereg, cgreg, clip, colp, clir, crc, cvhu, ctzu, ctzr, cusd, cops_format;
	int cnmi[SIM_CNMI];
	int mem[3]; /* CPMS: reading, writing, receiving; SIM_MEM_ */
	enum sim_charset cscs;
	struct sim_csmp csmp;
};

enum sim_mode {
	SIM_COMMAND, /* a command line is being read */
	SIM_DATA,    /* a prompt is open */
	SIM_BUSY     /* a message is on the air; input waits */
};

struct sim_send {         /* the CMGS (or CMGW) in flight */
	bool store;       /* CMGW */
	const char *name; /* of the answer: "+CMGS", "+CMSS" */
	int length;       /* PDU mode: told octets */
	int toda;
	enum sim_stat stat; /* CMGW */
	char number[PDU_NUMBER_SIZE];
	int64_t t_cmd, t_prompt, t_data;
	char hex[PDU_HEX_MAX + 1];
	struct pdu pdu;
};

struct sim_dial {
	bool active;
	uint64_t id; /* which call a due event means */
	int state;   /* 27.007 7.18: 2 dialing, 3 alerting, 0 active */
	char number[SIM_NUMBER_MAX];
	int64_t up_us; /* picked up; 0 not */
	bool begun, speaking;
	uint64_t speech; /* which speech a due event means */
};

struct sim_ring { /* somebody calls this modem */
	bool active;
	uint64_t id;
	char number[SIM_NUMBER_MAX];
};

struct sim_modem {
	int index;
	struct sim_net *net;
	struct sim_station station; /* own number, service centre */
	struct sim_identity id;
	struct sim_settings set;
	struct sim_store stores[SIM_MEMS];
	const struct sim_wire *wire;
	void *port;

	enum sim_mode mode;
	uint64_t life; /* counts resets and unpluggings: what was booked in another life is void */
	bool powered, entered; /* entered: a command of this life has come */
	int cfun;
	struct buf line, data, later, last, out;
	bool line_over, data_over;
	int64_t now_us, t_first; /* of this input; of the command line's first byte */
	struct sim_send send;
	uint8_t mr; /* lives on the SIM: survives everything */
	struct sim_dial dial;
	struct sim_ring ring;
	const struct sim_family *family; /* whose voice commands it knows; NULL generic */
	bool no_tts;

	bool ack_wait, acked; /* service 1: a +CMT or +CDS waits for CNMA; and got it */
	uint64_t ack_id;
	char *urcs[SIM_URCS_MAX]; /* kept back by CNMI mode 0 or an open prompt */
	size_t urc_count;

	unsigned cmgs; /* CMGS counted since the start of the simulator */
	struct sim_trap traps[SIM_TRAPS_MAX];
	size_t trap_count;
	unsigned armed[SIM_CMS + 1]; /* SIM_NO_PROMPT .. SIM_CMS: how many CMGS they still hit */
	int cms_code;
	int64_t late_us, delay_us;
	bool noise, unregistered, locked, cmt_mode, deaf;
	unsigned noise_turn;
	char pin[9];
	int pin_tries;

	struct {
		uint64_t commands, errors, submitted, refused, lost, delivered, reports, faults;
	} stats;
};

/* index gives the default numbers (13900139000 + index ...). The network must outlive the modem. */
struct sim_modem *sim_modem_new(struct sim_net *net, int index, unsigned places);
void sim_modem_free(struct sim_modem *m); /* NULL is allowed */

void sim_modem_wire(struct sim_modem *m, const struct sim_wire *wire, void *port); /* NULL: none */
void sim_modem_power(struct sim_modem *m); /* settings as after switching on */
void sim_modem_reset(struct sim_modem *m); /* off, and on again with its start lines */
/* Bytes from the terminal, read at now_us (monotonic). */
void sim_modem_input(struct sim_modem *m, const char *bytes, size_t n, int64_t now_us);
/* Back to command mode; input that had to wait is read now. */
void sim_modem_ready(struct sim_modem *m);

void sim_modem_fault(struct sim_modem *m, const struct sim_fault *f);
/* False: too many traps. */
bool sim_modem_trap(struct sim_modem *m, const struct sim_trap *t);
/* Springs the traps of a moment of this CMGS. False: the modem is in another life now. */
bool sim_modem_moment(struct sim_modem *m, enum sim_moment moment);
bool sim_modem_takes(struct sim_modem *m, enum sim_fault_kind kind); /* uses up one armed fault */

bool sim_modem_sim_ready(const struct sim_modem *m);
int sim_modem_registered(const struct sim_modem *m);      /* 27.007 7.2 <stat> */
void sim_modem_registration_changed(struct sim_modem *m); /* the +CREG lines that were asked for */

#endif
