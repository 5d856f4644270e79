/* The simulated modem as a terminal sees it: transcripts on a virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "sim_script.h"
#include "banned.h"

/*
 * A step is a line that begins with what it does:
 *   "> TEXT"  the terminal writes TEXT; ~ is CR, ^Z and ^[ as they say
 *   "< TEXT"  exactly this has come since the last such step; | is CR LF
 *   "+ MS"    so many milliseconds pass
 *   "! LINE"  a line of a script; "1> " and "1< " talk to the second modem
 */
enum { STEPS = 24 };

static const struct row {
	const char *name;
	const char *steps[STEPS];
} rows[] = {
	/* --- V.250 */
	{ "echo_is_on_after_power_up", { "> AT~", "< AT~|OK|" } },
	{ "echo_can_be_switched_off", { "> ATE0~", "< ATE0~|OK|", "> AT~", "< |OK|" } },
	{ "numeric_results",
		{ "> ATE0V0~", "< ATE0V0~0~", "> AT+FOO~", "< 4~", "> ATV1~", "< |OK|" } },
	{ "quiet_says_nothing", { "> ATE0Q1~", "< ATE0Q1~", "> AT~", "< ", "> ATQ0~", "< |OK|" } },
	{ "several_commands_on_a_line",
		{ "> ATE0;+CSQ;+CREG?~", "< ATE0;+CSQ;+CREG?~|+CSQ: 24,99||+CREG: 0,1||OK|" } },
	{ "the_first_error_ends_the_line", { "> ATE0+FOO;+CSQ~", "< ATE0+FOO;+CSQ~|ERROR|" } },
	{ "repeat_needs_no_return", { "> ATE0~", "< ATE0~|OK|", "> AT+CSQ~", "< |+CSQ: 24,99||OK|",
					    "> A/", "< |+CSQ: 24,99||OK|" } },
	{ "noise_before_at_is_skipped", { "> ATE0~", "< ATE0~|OK|", "> 0011FFAT~", "< |OK|" } },
	{ "line_feeds_and_escapes_do_no_harm", { "> ATE0~", "< ATE0~|OK|", "> ^[AT~", "< |OK|" } },
	{ "a_line_without_at_is_ignored", { "> ATE0~", "< ATE0~|OK|", "> HELLO~", "< " } },
	{ "lower_case_works", { "> ate0~", "< ate0~|OK|", "> at+cmgf?~", "< |+CMGF: 0||OK|" } },
	/* --- errors */
	{ "errors_follow_cmee",
		{ "> ATE0~", "< ATE0~|OK|", "> AT+FOO~", "< |ERROR|", "> AT+CMEE=1;+FOO~",
			"< |+CME ERROR: 4|", "> AT+CMEE=2;+FOO~",
			"< |+CME ERROR: operation not supported|" } },
	{ "out_of_range_is_an_error",
		{ "> ATE0+CMEE=1~", "< ATE0+CMEE=1~|OK|", "> AT+CREG=9~", "< |+CME ERROR: 50|" } },
	{ "a_question_takes_no_value", { "> ATE0~", "< ATE0~|OK|", "> AT+CMGF?1~", "< |ERROR|" } },
	/* --- identity */
	{ "identity_has_its_numbers",
		{ "> ATE0~", "< ATE0~|OK|", "> AT+CGSN~", "< |860000000000000||OK|", "> AT+CIMI~",
			"< |460000000000000||OK|", "> AT+CCID~",
			"< |+CCID: 89860000000000000000||OK|", "> AT+CNUM~",
			"< |+CNUM: \"\",\"+8613900139000\",145||OK|" } },
	/* --- sending, PDU mode */
	{ "a_pdu_is_sent",
		{ "> ATE0~", "< ATE0~|OK|", "> AT+CMGS=20~", "< |> ",
			"> 0001000D91683108108300F1000006F4F29C4E2F03^Z", "< |+CMGS: 0||OK|" } },
	{ "references_count_up",
		{ "> ATE0~", "< ATE0~|OK|", "> AT+CMGS=20~", "< |> ",
			"> 0001000D91683108108300F1000006F4F29C4E2F03^Z", "< |+CMGS: 0||OK|",
			"> AT+CMGS=20~", "< |> ", "> 0001000D91683108108300F1000006F4F29C4E2F03^Z",
			"< |+CMGS: 1||OK|" } },
	{ "a_wrong_length_is_304",
		{ "> ATE0~", "< ATE0~|OK|", "> AT+CMGS=19~", "< |> ",
			"> 0001000D91683108108300F1000006F4F29C4E2F03^Z", "< |+CMS ERROR: 304|" } },
	{ "what_is_no_pdu_is_304",
		{ "> ATE0~", "< ATE0~|OK|", "> AT+CMGS=20~", "< |> ", "> AT+CSQ^Z",
			"< |+CMS ERROR: 304|", "> AT~", "< |OK|" } },
	{ "escape_gives_a_message_up", { "> ATE0~", "< ATE0~|OK|", "> AT+CMGS=20~", "< |> ",
					       "> 00010^[", "< |OK|", "> AT~", "< |OK|" } },
	{ "a_report_comes_when_asked_for",
		{ "> ATE0+CNMI=2,1,0,1,0~", "< ATE0+CNMI=2,1,0,1,0~|OK|", "> AT+CMGS=20~", "< |> ",
			"> 0021000D91683108108300F1000006F4F29C4E2F03^Z", "< |+CMGS: 0||OK|",
			"+ 500",
			"< |+CDS: "
			"26|"
			"0891683108200105F006000D91683108108300F1213020000000232130200000002300"
			"|" } },
	{ "no_report_when_not_asked_for",
		{ "> ATE0+CNMI=2,1,0,1,0~", "< ATE0+CNMI=2,1,0,1,0~|OK|", "> AT+CMGS=20~", "< |> ",
			"> 0001000D91683108108300F1000006F4F29C4E2F03^Z", "< |+CMGS: 0||OK|",
			"+ 5000", "< " } },
	/* --- sending, text mode */
	{ "text_mode_sends", { "> ATE0+CMGF=1~", "< ATE0+CMGF=1~|OK|", "> AT+CMGS=\"13800138001\"~",
				     "< |> ", "> hello^Z", "< |+CMGS: 0||OK|" } },
	{ "text_mode_has_lines",
		{ "> ATE0+CMGF=1~", "< ATE0+CMGF=1~|OK|", "> AT+CMGS=\"13800138001\"~", "< |> ",
			"> a~b^Z", "< |> |+CMGS: 0||OK|" } },
	{ "text_that_does_not_fit_is_305",
		{ "> ATE0+CMGF=1;+CSMP=17,167,0,8~", "< ATE0+CMGF=1;+CSMP=17,167,0,8~|OK|",
			"> AT+CMGS=\"13800138001\"~", "< |> ", "> no hex^Z",
			"< |+CMS ERROR: 305|" } },
	/* --- receiving */
	{ "a_message_is_announced_read_and_deleted",
		{ "> ATE0+CNMI=2,1~", "< ATE0+CNMI=2,1~|OK|", "! inject 13800138001 171", "+ 0",
			"< |+CMTI: \"SM\",1|", "> AT+CMGR=1~",
			"< |+CMGR: "
			"0,,23|0891683108200105F0040D91683108108300F100002130200000002303B15B0C||"
			"OK|",
			"> AT+CMGR=1~",
			"< |+CMGR: "
			"1,,23|0891683108200105F0040D91683108108300F100002130200000002303B15B0C||"
			"OK|",
			"> AT+CMGD=1~", "< |OK|", "> AT+CMGR=1~", "< |+CMS ERROR: 321|" } },
	{ "cnmi_0_stores_in_silence",
		{ "> ATE0~", "< ATE0~|OK|", "! inject 13800138001 171", "+ 0", "< ", "> AT+CPMS?~",
			"< |+CPMS: \"SM\",1,50,\"SM\",1,50,\"SM\",1,50||OK|" } },
	{ "cnmi_2_2_hands_over",
		{ "> ATE0+CNMI=2,2~", "< ATE0+CNMI=2,2~|OK|", "! inject 13800138001 171", "+ 0",
			"< |+CMT: "
			",23|0891683108200105F0040D91683108108300F100002130200000002303B15B0C|" } },
	{ "text_mode_hands_over",
		{ "> ATE0+CNMI=2,2;+CMGF=1~", "< ATE0+CNMI=2,2;+CMGF=1~|OK|",
			"! inject 13800138001 171", "+ 0",
			"< |+CMT: \"+8613800138001\",,\"12/03/02,00:00:00+32\"|171|" } },
	{ "text_mode_lists", { "> ATE0+CMGF=1~", "< ATE0+CMGF=1~|OK|", "! inject 13800138001 171",
				     "! inject 10086 \"余额\"", "+ 0", "< ", "> AT+CMGL=\"ALL\"~",
				     "< |+CMGL: 1,\"REC "
				     "UNREAD\",\"+8613800138001\",,\"12/03/02,00:00:00+32\"|171|"
				     "|+CMGL: 2,\"REC "
				     "UNREAD\",\"10086\",,\"12/03/02,00:00:00+32\"|4F59989D||OK|",
				     "> AT+CMGL=\"REC UNREAD\"~", "< |OK|" } },
	{ "nothing_is_announced_at_an_open_prompt",
		{ "> ATE0+CNMI=2,1~", "< ATE0+CNMI=2,1~|OK|", "> AT+CMGS=20~", "< |> ",
			"! inject 13800138001 171", "+ 0", "< ", "> ^[",
			"< |OK||+CMTI: \"SM\",1|" } },
	{ "a_full_store_says_nothing_until_there_is_room",
		{ "! modem 0 places 1", "> ATE0+CNMI=2,1~", "< ATE0+CNMI=2,1~|OK|",
			"! inject 13800138001 1", "! inject 13800138001 2", "+ 0",
			"< |+CMTI: \"SM\",1|", "> AT+CMGD=1~", "< |OK|", "+ 0",
			"< |+CMTI: \"SM\",1|" } },
	{ "service_1_waits_for_cnma",
		{ "> ATE0+CSMS=1;+CNMI=2,2~", "< ATE0+CSMS=1;+CNMI=2,2~|+CSMS: 1,1,1||OK|",
			"! inject 13800138001 171", "! inject 13800138001 171", "+ 0",
			"< |+CMT: "
			",23|0891683108200105F0040D91683108108300F100002130200000002303B15B0C|",
			"+ 1000", "< ", "> AT+CNMA~", "< |OK|", "+ 0",
			"< |+CMT: "
			",23|0891683108200105F0040D91683108108300F100002130200000002303B15B0C|",
			"> AT+CNMA=0~", "< |OK|", "> AT+CNMA~", "< |+CMS ERROR: 340|" } },
	{ "without_cnma_it_is_stored_and_routing_stops",
		{ "> ATE0+CSMS=1;+CNMI=2,2~", "< ATE0+CSMS=1;+CNMI=2,2~|+CSMS: 1,1,1||OK|",
			"! inject 13800138001 171", "+ 0",
			"< |+CMT: "
			",23|0891683108200105F0040D91683108108300F100002130200000002303B15B0C|",
			"+ 15000", "< ", "> AT+CNMI?;+CPMS?~",
			"< |+CNMI: 2,0,0,0,0||+CPMS: \"SM\",1,50,\"SM\",1,50,\"SM\",1,50||OK|" } },
	{ "what_nobody_acknowledged_comes_again_after_a_reset",
		{ "> ATE0+CSMS=1;+CNMI=2,2~", "< ATE0+CSMS=1;+CNMI=2,2~|+CSMS: 1,1,1||OK|",
			"! inject 13800138001 171", "+ 0",
			"< |+CMT: "
			",23|0891683108200105F0040D91683108108300F100002130200000002303B15B0C|",
			"! modem 0 reset", "+ 300",
			"< |RDY||+CFUN: 1||+CPIN: READY||Call Ready||SMS Ready|", "+ 0", "> ATE0~",
			"< ATE0~|OK|", "> AT+CPMS?~",
			"< |+CPMS: \"SM\",1,50,\"SM\",1,50,\"SM\",1,50||OK|" } },
	{ "flash_goes_past_the_store",
		{ "> ATE0+CNMI=2,1~", "< ATE0+CNMI=2,1~|OK|", "! inject 13800138001 171 flash",
			"+ 0",
			"< |+CMT: "
			",23|0891683108200105F0040D91683108108300F100102130200000002303B15B0C|" } },
	{ "reports_can_be_stored",
		{ "> ATE0+CNMI=2,1,0,2~", "< ATE0+CNMI=2,1,0,2~|OK|", "> AT+CMGS=20~", "< |> ",
			"> 0021000D91683108108300F1000006F4F29C4E2F03^Z", "< |+CMGS: 0||OK|",
			"+ 500", "< |+CDSI: \"SR\",1|", "> AT+CPMS=\"SR\";+CMGR=1~",
			"< |+CPMS: 1,50,0,50,0,50||+CMGR: "
			"0,,26|"
			"0891683108200105F006000D91683108108300F1213020000000232130200000002300||"
			"OK|" } },
	{ "delete_tells_which_places_are_taken",
		{ "> ATE0~", "< ATE0~|OK|", "> AT+CMGD=?~", "< |+CMGD: (),(0-4)||OK|",
			"! inject 13800138001 1 times 3", "+ 0", "> AT+CMGD=2;+CMGD=?~",
			"< |+CMGD: (1,3),(0-4)||OK|" } },
	{ "a_message_can_be_stored_and_sent_later",
		{ "> ATE0~", "< ATE0~|OK|", "> AT+CMGW=20~", "< |> ",
			"> 0001000D91683108108300F1000006F4F29C4E2F03^Z", "< |+CMGW: 1||OK|",
			"> AT+CMSS=1~", "< |+CMSS: 0||OK|", "> AT+CMSS=2~",
			"< |+CMS ERROR: 321|" } },
	{ "delete_flags_spare_what_is_unread",
		{ "> ATE0~", "< ATE0~|OK|", "! inject 13800138001 1 times 2", "+ 0", "> AT+CMGR=1~",
			"< |+CMGR: "
			"0,,21|0891683108200105F0040D91683108108300F10000213020000000230131||OK|",
			"> AT+CMGD=1,1;+CMGD=?~", "< |+CMGD: (2),(0-4)||OK|",
			"> AT+CMGD=1,4;+CMGD=?~", "< |+CMGD: (),(0-4)||OK|" } },
	/* --- SIM, radio, calls */
	{ "a_locked_sim_wants_its_pin",
		{ "! modem 0 pin 4711", "> ATE0+CMEE=1;+CPIN?~",
			"< ATE0+CMEE=1;+CPIN?~|+CPIN: SIM PIN||OK|", "> AT+CMGS=20~",
			"< |+CMS ERROR: 311|", "> AT+CPIN=\"0000\"~", "< |+CME ERROR: 16|",
			"> AT+CPIN=\"4711\"~", "< |OK|", "> AT+CPIN?~", "< |+CPIN: READY||OK|" } },
	{ "three_wrong_pins_lock_it",
		{ "! modem 0 pin", "> ATE0+CMEE=1~", "< ATE0+CMEE=1~|OK|", "> AT+CPIN=1~",
			"< |+CME ERROR: 16|", "> AT+CPIN=1~", "< |+CME ERROR: 16|", "> AT+CPIN=1~",
			"< |+CME ERROR: 16|", "> AT+CPIN?~", "< |+CPIN: SIM PUK||OK|",
			"> AT+CPIN=1234~", "< |+CME ERROR: 12|" } },
	{ "no_network_no_message",
		{ "! modem 0 unregistered", "> ATE0~", "< ATE0~|OK|", "> AT+CREG?~",
			"< |+CREG: 0,2||OK|", "> AT+CMGS=20~", "< |> ",
			"> 0001000D91683108108300F1000006F4F29C4E2F03^Z", "< |+CMS ERROR: 331|" } },
	{ "messages_wait_for_the_network",
		{ "! modem 0 unregistered", "> ATE0+CNMI=2,1;+CREG=1~",
			"< ATE0+CNMI=2,1;+CREG=1~|OK|", "! inject 13800138001 1", "+ 9000", "< ",
			"! modem 0 unregistered off", "+ 0", "< |+CREG: 1||+CMTI: \"SM\",1|" } },
	{ "flight_mode_and_back", { "> ATE0+CFUN=4~", "< ATE0+CFUN=4~|OK|", "> AT+CREG?;+CFUN?~",
					  "< |+CREG: 0,0||+CFUN: 4||OK|", "> AT+CFUN=1~", "< |OK|",
					  "> AT+CREG?~", "< |+CREG: 0,1||OK|" } },
	{ "a_call_ends_as_the_phone_says",
		{ "! phone 13800138001 call busy after 2s", "> ATE0~", "< ATE0~|OK|",
			"> ATD13800138001;~", "< |OK|", "+ 500", "> AT+CLCC~",
			"< |+CLCC: 1,0,3,0,0,\"13800138001\",129||OK|", "+ 1500", "< |BUSY|",
			"> AT+CLCC~", "< |OK|" } },
	{ "who_answers_before_it_rings_stays_answered",
		{ "! phone 13800138001 call answer after 0ms", "> ATE0~", "< ATE0~|OK|",
			"> ATD13800138001;~", "< |OK|", "+ 1000", "> AT+CLCC~",
			"< |+CLCC: 1,0,0,0,0,\"13800138001\",129||OK|" } },
	{ "a_call_can_be_hung_up", { "> ATE0~", "< ATE0~|OK|", "> ATD13800138001;~", "< |OK|",
					   "> AT+CHUP~", "< |OK|", "+ 5000", "< " } },
	{ "a_family_knows_its_own_commands_only",
		{ "! modem 0 family quectel", "> ATE0+CMEE=1~", "< ATE0+CMEE=1~|OK|",
			"> AT+DDET=1~", "< |+CME ERROR: 4|", "> AT+QTONEDET=1~", "< |OK|",
			"> AT+CGMI~", "< |Quectel||OK|" } },
	{ "a7670_speaks_and_hears",
		{ "! modem 0 family a7670",
			"! phone 13800138001 call answer after 1s key 1 after 500ms",
			"> ATE0+CLCC=1;+DDET=1~", "< ATE0+CLCC=1;+DDET=1~|OK|",
			"> ATD13800138001;~", "< |OK|", "+ 60",
			"< |+CLCC: 1,0,2,0,0,\"13800138001\",129,\"\"|", "+ 300",
			"< |+CLCC: 1,0,3,0,0,\"13800138001\",129,\"\"|", "+ 700",
			"< |VOICE CALL: BEGIN||+CLCC: 1,0,0,0,0,\"13800138001\",129,\"\"|",
			"> AT+CTTS=1,\"8BF763A55355\"~", "< |+CTTS:||OK|", "+ 500",
			"< |+RXDTMF: 1|", "+ 200", "< |+CTTS: 0|", "> AT+CHUP~",
			"< |VOICE CALL: END: 000000||OK|" } },
	{ "quectel_tells_keys_as_codes_and_twice",
		{ "! modem 0 family quectel",
			"! phone 13800138001 call answer key \"#\" after 200ms twice",
			"> ATE0^DSCI=1;+QTONEDET=1~", "< ATE0^DSCI=1;+QTONEDET=1~|OK|",
			"> ATD13800138001;~", "< |OK|", "+ 1000",
			"< |^DSCI: 1,0,2,0,13800138001,129||^DSCI: 1,0,3,0,13800138001,129|"
			"|^DSCI: 1,0,0,0,13800138001,129|",
			"> AT+QWTTS=1,1,1,\"4E00\"~", "< |OK|", "+ 200",
			"< |+QWTTS: 0||+QTONEDET: 35||+QTONEDET: 35|" } },
	{ "no_speech_in_the_firmware",
		{ "! modem 0 family sim800", "! modem 0 no_tts",
			"! phone 13800138001 call answer hangup after 3s", "> ATE0~", "< ATE0~|OK|",
			"> AT+CTTS=?~", "< |ERROR|", "> ATD13800138001;~", "< |OK|", "+ 1100",
			"> AT+CTTS=1,\"4E00\"~", "< |ERROR|", "+ 3000", "< |NO CARRIER|" } },
	{ "somebody_calls_the_modem",
		{ "> ATE0+CLIP=1~", "< ATE0+CLIP=1~|OK|", "! modem 0 ring 13800138006", "+ 1",
			"< |RING||+CLIP: \"13800138006\",129|", "> AT+CLCC~",
			"< |+CLCC: 2,1,4,0,0,\"13800138006\",129||OK|", "+ 5000",
			"< |RING||+CLIP: \"13800138006\",129|", "> AT+CHUP~", "< |OK|", "+ 9000",
			"< " } },
	{ "huawei_tells_the_cause",
		{ "! modem 0 family huawei", "! phone 13800138001 call rejected after 2s",
			"> ATE0~", "< ATE0~|OK|", "> ATD13800138001;~", "< |OK|", "+ 2000",
			"< |^ORIG:1,0||^CONF:1||^CEND:1,0,104,21||NO CARRIER|", "> AT+CEER~",
			"< |+CEER: 21||OK|" } },
	{ "credit_by_ussd", { "! modem 0 ussd *100# Hi", "> ATE0+CUSD=1,\"*100#\",15~",
				    "< ATE0+CUSD=1,\"*100#\",15~|OK|", "+ 200",
				    "< |+CUSD: 0,\"00480069\",72|" } },
	/* --- faults */
	{ "no_prompt_but_the_modem_waits",
		{ "! modem 0 no_prompt", "> ATE0~", "< ATE0~|OK|", "> AT+CMGS=20~", "< ", "> AT~",
			"< ", "> ^[", "< |OK|", "> AT~", "< |OK|" } },
	{ "no_reply_but_sent",
		{ "! modem 0 no_reply", "> ATE0~", "< ATE0~|OK|", "> AT+CMGS=20~", "< |> ",
			"> 0001000D91683108108300F1000006F4F29C4E2F03^Z", "+ 9000", "< ",
			"> AT+GCAP~", "< |+GCAP: +CGSM,+DS,+ES||OK|" } },
	{ "late_reply_comes_between_others",
		{ "! modem 0 late_reply 5000", "> ATE0~", "< ATE0~|OK|", "> AT+CMGS=20~", "< |> ",
			"> 0001000D91683108108300F1000006F4F29C4E2F03^Z", "+ 1000", "< ", "> AT~",
			"< |OK|", "+ 4000", "< |+CMGS: 0||OK|" } },
	{ "cms_hits_so_often",
		{ "! modem 0 cms 38 2", "> ATE0~", "< ATE0~|OK|", "> AT+CMGS=20~", "< |> ",
			"> 0001000D91683108108300F1000006F4F29C4E2F03^Z", "< |+CMS ERROR: 38|",
			"> AT+CMGS=20~", "< |> ", "> 0001000D91683108108300F1000006F4F29C4E2F03^Z",
			"< |+CMS ERROR: 38|", "> AT+CMGS=20~", "< |> ",
			"> 0001000D91683108108300F1000006F4F29C4E2F03^Z", "< |+CMGS: 0||OK|" } },
	{ "a_trap_strikes_the_nth",
		{ "! modem 0 on cmgs 2 cms 500", "> ATE0~", "< ATE0~|OK|", "> AT+CMGS=20~", "< |> ",
			"> 0001000D91683108108300F1000006F4F29C4E2F03^Z", "< |+CMGS: 0||OK|",
			"> AT+CMGS=20~", "< |> ", "> 0001000D91683108108300F1000006F4F29C4E2F03^Z",
			"< |+CMS ERROR: 500|" } },
	{ "the_network_refuses_a_number",
		{ "! phone 13800138001 refuse 1 times 1", "> ATE0~", "< ATE0~|OK|", "> AT+CMGS=20~",
			"< |> ", "> 0001000D91683108108300F1000006F4F29C4E2F03^Z",
			"< |+CMS ERROR: 1|", "> AT+CMGS=20~", "< |> ",
			"> 0001000D91683108108300F1000006F4F29C4E2F03^Z", "< |+CMGS: 0||OK|" } },
	{ "delay_holds_the_answer_and_the_input",
		{ "! modem 0 delay 1000", "> ATE0~", "< ATE0~|OK|", "> AT+CMGS=20~", "< |> ",
			"> 0001000D91683108108300F1000006F4F29C4E2F03^ZAT~", "+ 999", "< ", "+ 1",
			"< |+CMGS: 0||OK||OK|" } },
	{ "a_reset_forgets_the_settings",
		{ "> ATE0~", "< ATE0~|OK|", "! modem 0 reset", "> AT~", "< ", "+ 300",
			"< |RDY||+CFUN: 1||+CPIN: READY||Call Ready||SMS Ready|", "> AT~",
			"< AT~|OK|" } },
	{ "a_reset_at_the_prompt_closes_it",
		{ "! modem 0 on prompt 1 reset", "> ATE0~", "< ATE0~|OK|", "> AT+CMGS=20~", "+ 0",
			"< |> ", "+ 300", "< |RDY||+CFUN: 1||+CPIN: READY||Call Ready||SMS Ready|",
			"> ATE0~", "< ATE0~|OK|" } },
	{ "echo_on_is_echo",
		{ "> ATE0~", "< ATE0~|OK|", "! modem 0 echo_on", "> AT~", "< AT~|OK|" } },
	{ "full_storage_can_be_swept",
		{ "! modem 0 places 2", "! modem 0 full_storage", "> ATE0+CNMI=2,1;+CPMS?~",
			"< ATE0+CNMI=2,1;+CPMS?~|+CPMS: \"SM\",2,2,\"SM\",2,2,\"SM\",2,2||OK|",
			"! inject 13800138001 1", "+ 9000", "< ", "> AT+CMGD=2~", "< |OK|", "+ 0",
			"< |+CMTI: \"SM\",2|" } },
	{ "cmt_mode_overrules_cnmi",
		{ "! modem 0 cmt", "> ATE0~", "< ATE0~|OK|", "! inject 13800138001 171", "+ 0",
			"< |+CMT: "
			",23|0891683108200105F0040D91683108108300F100002130200000002303B15B0C|" } },
	{ "noise_stays_out_of_an_open_prompt", { "> ATE0~", "< ATE0~|OK|", "> AT+CMGS=20~", "< |> ",
						       "! modem 0 urc_noise", "+ 1000", "< " } },
	{ "noise_comes_before_a_result",
		{ "> ATE0~", "< ATE0~|OK|", "! modem 0 urc_noise", "> AT~", "< |^RSSI: 22||OK|" } },
	/* --- more modems */
	{ "a_message_reaches_another_modem",
		{ "> ATE0+CNMI=2,1,0,1~", "< ATE0+CNMI=2,1,0,1~|OK|", "1> ATE0+CNMI=2,2~",
			"1< ATE0+CNMI=2,2~|OK|", "> AT+CMGS=17~", "< |> ",
			"> 0021000D91683109109300F1000003B15B0C^Z", "< |+CMGS: 0||OK|", "+ 0",
			"1< |+CMT: "
			",23|0891683108200105F0240D91683109109300F000002130200000002303B15B0C|",
			"+ 0",
			"< |+CDS: "
			"26|"
			"0891683108200105F006000D91683109109300F1213020000000232130200000002300"
			"|" } },
};

/* --- the stage ---------------------------------------------------------------------------- */

static struct buf heard[2];

static void hear(void *port, const char *bytes, size_t n)
{
	buf_add(port, bytes, n);
}

static void no_time(void *port, int64_t us)
{
	(void)port;
	(void)us;
}

static void no_switch(void *port, bool on)
{
	(void)port;
	(void)on;
}

static const struct sim_wire wire = { hear, no_time, no_time, no_switch };

static void stage(struct sim_world *w)
{
	clock_virtual(1330617600000); /* 2012-03-02 00:00 in China */
	assert_true(sim_world_init(w, 2, 50, NULL));
	for (int i = 0; i < 2; i++) {
		buf_init(&heard[i], 1 << 20);
		sim_modem_wire(w->modems[i], &wire, &heard[i]);
	}
}

static void strike(struct sim_world *w)
{
	for (int i = 0; i < 2; i++)
		buf_free(&heard[i]);
	sim_world_free(w);
	clock_real();
}

static void pass(struct sim_world *w, int64_t ms)
{
	int64_t next;

	for (int64_t end = clock_mono_us() + ms * 1000;;) {
		next = sim_sched_next(w->sched);
		if (next < 0 || next > end)
			break;
		if (next > clock_mono_us())
			clock_advance((next - clock_mono_us() + 999) / 1000);
		sim_sched_run(w->sched, clock_mono_us());
		if (ms == 0 && clock_mono_us() > end)
			break;
	}
	(void)w;
}

static void type(struct sim_modem *m, const char *s)
{
	for (; *s != '\0'; s++) {
		char c = *s;

		if (c == '~')
			c = '\r';
		else if (s[0] == '^' && s[1] == 'Z')
			c = 0x1A, s++;
		else if (s[0] == '^' && s[1] == '[')
			c = 0x1B, s++;
		sim_modem_input(m, &c, 1, clock_mono_us());
	}
}

static void shown(const struct buf *b, char *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len && n + 1 < max; i++) {
		if (b->data[i] == '\r' && i + 1 < b->len && b->data[i + 1] == '\n') {
			out[n++] = '|';
			i++;
		} else {
			out[n++] = b->data[i] == '\r' ? '~' : b->data[i];
		}
	}
	out[n] = '\0';
}

/* An echoed "~" in front of a CR LF is shown as CR, then CR LF. */
static void check(int modem, const char *want)
{
	char got[4096];

	shown(&heard[modem], got, sizeof got);
	assert_string_equal(got, want);
	buf_clear(&heard[modem]);
}

static void step(struct sim_world *w, const char *s)
{
	char error[SIM_ERROR_MAX] = "";
	int modem = 0;
	int64_t end;

	if (*s == '1') {
		modem = 1;
		s++;
	}
	switch (*s) {
	case '>':
		type(w->modems[modem], s + 2);
		break;
	case '<':
		check(modem, s + 2);
		break;
	case '+':
		end = clock_mono_us() + strtol(s + 2, NULL, 10) * 1000;
		pass(w, strtol(s + 2, NULL, 10));
		if (end > clock_mono_us())
			clock_advance((end - clock_mono_us()) / 1000);
		break;
	default:
		w->start_us = clock_mono_us();
		if (!sim_script_line(w, s + 2, error))
			fail_msg("%s: %s", s, error);
	}
}

static void play(void **state)
{
	const struct row *r = *state;
	struct sim_world w;

	stage(&w);
	for (int i = 0; i < STEPS && r->steps[i] != NULL; i++)
		step(&w, r->steps[i]);
	strike(&w);
}

/* The same transcript whatever the pieces: here all of it in one read. */
static void one_read_or_many(void **state)
{
	static const char all[] = "ATE0\rAT+CMGS=20\r0001000D91683108108300F1000006F4F29C4E2F03\x1a"
				  "AT+CSQ\r";
	struct sim_world w;
	char got[4096];

	(void)state;
	for (size_t cut = 0; cut < sizeof all; cut++) {
		stage(&w);
		sim_modem_input(w.modems[0], all, cut, 0);
		sim_modem_input(w.modems[0], all + cut, sizeof all - 1 - cut, 0);
		shown(&heard[0], got, sizeof got);
		assert_string_equal(got, "ATE0~|OK||> |+CMGS: 0||OK||+CSQ: 24,99||OK|");
		strike(&w);
	}
}

static void an_endless_line_is_one_error(void **state)
{
	struct sim_world w;

	(void)state;
	stage(&w);
	type(w.modems[0], "ATE0~");
	buf_clear(&heard[0]);
	for (int i = 0; i < 100000; i++)
		type(w.modems[0], "A");
	type(w.modems[0], "~AT~");
	check(0, "|ERROR||OK|");
	strike(&w);
}

int main(void)
{
	enum { N = sizeof rows / sizeof *rows };
	struct CMUnitTest tests[N + 2] = {
		[N] = cmocka_unit_test(one_read_or_many),
		[N + 1] = cmocka_unit_test(an_endless_line_is_one_error),
	};

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = play,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
