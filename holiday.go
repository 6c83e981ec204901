package sallyport

// Holiday is a day on which the company does not work, besides Saturday and Sunday.
type Holiday struct {
	Day  string `json:"day" doc:"YYYY-MM-DD"`
	Name string `json:"name,omitempty"`
}

// MaxHolidays is how many days the list of a company takes.
const MaxHolidays = 1000

// HolidayImport is what a calendar file brings: the days that it has, and what in it is none.
type HolidayImport struct {
	Items   []FoundHoliday   `json:"items" doc:"The days of the file, the earliest first"`
	Skipped []SkippedHoliday `json:"skipped" doc:"What in the file is no holiday, and why"`
	Added   int              `json:"added" doc:"How many days are new; of a preview, would be"`
	Preview bool             `json:"preview" doc:"Nothing was changed"`
}

// FoundHoliday is a day that a calendar file has.
type FoundHoliday struct {
	Holiday
	Known bool `json:"known" doc:"The list has the day already; it keeps its name there"`
}

// SkippedHoliday is what a calendar file has and is no holiday.
type SkippedHoliday struct {
	Name string `json:"name,omitempty"`
	Day  string `json:"day,omitempty" doc:"As the file has it"`
	Why  string `json:"why"`
}
