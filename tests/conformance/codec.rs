//! Codecs that break one law each.

use crate::faulty::{Fault, Faulty};
use crate::toy::{self, Toy};
use haulout::conformance;

/// A test for each fault: the kit says which law it broke.
macro_rules! breaks {
    ($($name:ident: $fault:ident => $law:literal;)*) => {$(
        #[test]
        #[should_panic(expected = $law)]
        fn $name() {
            conformance::codec(&Faulty(Fault::$fault), &Toy::samples(toy::Fault::None));
        }
    )*};
}

breaks! {
    a_field_is_refused: RefusesTheCookie => "law broken: what an engine sends can be written";
    a_field_is_lost: LosesTheCookie => "law broken: what was put is decoded to equal values";
    suspecters_are_lost: LosesTheSuspecters => "law broken: what was put is decoded to equal values";
    a_pull_loses_its_back_flag: LosesBack => "law broken: what was put is decoded to equal values";
    a_page_forgets_the_next: ForgetsNext => "law broken: what was put is decoded to equal values";
    unknown_sections_are_skipped: SkipsUnknownSections => "law broken: what was put is decoded to equal values";
    unknown_sections_are_refused: RefusesUnknownSections => "law broken: what was put is decoded to equal values";
    sections_are_counted_in_a_byte: CountsSectionsInAByte => "put 300 sections\ngot 255";
    an_unknown_message_has_sections: SectionsAfterUnknownMessage => "law broken: after an unknown message";
    padding_is_a_number_only: NoPadding => "law broken: an announce is at least as long as its padding";
    datagrams_begin_with_zero: BeginsWithZero => "law broken: no datagram begins with a zero byte";
    sealed_datagrams_are_read: ReadsSealed => "law broken: a datagram that begins with a zero byte is an error";
    full_is_an_error: ErrorWhenFull => "law broken: what does not fit is `Ok(false)`";
    full_is_not_noticed: ClaimsToFit => "law broken: what does not fit is `Ok(false)`";
    an_exact_fit_is_refused: WantsOneByteMore => "law broken: what fits to the last byte is `Ok(true)`";
    bytes_depend_on_the_room: BytesDependOnRoom => "law broken: what fits to the last byte is `Ok(true)`, and the same";
    the_header_is_taken_back: TakesBackTheHeader => "law broken: what did not fit leaves the bytes before it alone";
    cut_headers_are_read: ReadsCutHeaders => "law broken: a datagram that is cut inside its header or a section";
    cut_sections_are_read: ReadsCutSections => "law broken: a datagram that is cut inside its header or a section";
    shorter_datagrams_are_refused: RefusesTwoSections => "law broken: a datagram that is cut between two sections";
    an_empty_datagram_is_read: ReadsNothing => "law broken: what is no datagram is an error";
    a_trailing_byte_is_ignored: IgnoresATrailingZero => "law broken: a datagram is read to its last byte";
    sections_go_on_after_an_error: GoesOnAfterErrors => "law broken: after an error the sections are over";
    sections_never_end: NeverEnds => "law broken: a datagram has no more sections than bytes";
    a_forged_value_changes_when_it_is_passed_on: DropsAFlag => "law broken: what was read from damaged bytes";
    it_panics: Panics => "the codec panics";
}
