/* The numbering plans as data: data/plans.tsv, whose path the build gives. */
    .section .rodata
    .global tandem_number_plans_begin
    .global tandem_number_plans_end
tandem_number_plans_begin:
    .incbin TANDEM_NUMBER_PLANS
tandem_number_plans_end:
    .section .note.GNU-stack, "", @progbits
