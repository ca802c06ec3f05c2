"""Words and proportions that the invented rows are made of."""

# The statuses an NDA of the old application went through, and how many in a hundred did.
# The last one is its status; FULLY_EXECUTED on the way sets the date.
JOURNEYS = {
    "CREATED": 11,
    "CREATED EMAILED": 10,
    "CREATED EMAILED IN_REVISION EMAILED": 4,
    "CREATED EMAILED IN_REVISION": 9,
    "CREATED EMAILED FULLY_EXECUTED": 30,
    "CREATED EMAILED IN_REVISION FULLY_EXECUTED": 9,
    "CREATED EMAILED IN_REVISION EMAILED FULLY_EXECUTED": 4,
    "CREATED INACTIVE EMAILED FULLY_EXECUTED": 2,
    "CREATED INACTIVE": 4,
    "CREATED EMAILED INACTIVE": 3,
    "CREATED EMAILED FULLY_EXECUTED INACTIVE": 6,
    "CREATED CANCELLED": 3,
    "CREATED EMAILED CANCELLED": 3,
    "CREATED EMAILED IN_REVISION CANCELLED": 2,
}
POSITIONS = {"PRIME": 40, "SUB": 24, "TEAMING": 11, "OTHER": 8, None: 17}

FIRST_NAMES = ["Avery", "Blake", "Carmen", "Dana", "Elena", "Farid", "Grace", "Hiro", "Imani", "Jonas", "Keiko"]
LAST_NAMES = ["Abbott", "Brandt", "Castillo", "Duarte", "Eriksen", "Fontaine", "Goodwin", "Hussain", "Ivers"]

AGENCY_GROUPS = {
    "Department of Energy": "DOE",
    "Department of the Army": "ARMY",
    "Department of the Navy": "NAVY",
    "Department of the Air Force": "USAF",
    "National Aeronautics and Space Administration": "NASA",
    "Department of Homeland Security": "DHS",
    "Department of Transportation": "DOT",
    "Department of Veterans Affairs": "VA",
    "General Services Administration": "GSA",
    "Environmental Protection Agency": "EPA",
    "Department of Commerce": "DOC",
    "Department of Health and Human Services": "HHS",
    "Department of Justice": "DOJ",
    "Department of the Treasury": "TREAS",
    "Department of Agriculture": "USDA",
    "Department of the Interior": "DOI",
}
SUBAGENCIES = {"Office of Acquisition": "ACQ", "Research Laboratory": "LAB", "Regional Office": "REG"}
OFFICES = {"Contracting Office": 2, "Program Office": 2, "Small Business Office": 1, None: 2}

COMPANY_NAMES = ["Aster", "Beacon", "Cobalt", "Delta", "Everest", "Falcon", "Granite", "Harbor", "Juniper"]
TRADES = ["Analytics", "Systems", "Dynamics", "Robotics", "Logistics", "Networks", "Aerospace", "Software"]
LEGAL_FORMS = {"Inc.": 4, "LLC": 4, "Corporation": 2, "LP": 1}
INCORPORATED = {"DE": 5, "VA": 2, "MD": 1, "NV": 1, None: 1}
CITIES = {
    "Reston": "VA",
    "Huntsville": "AL",
    "Bethesda": "MD",
    "San Diego": "CA",
    "Dayton": "OH",
    "Colorado Springs": "CO",
    "Tampa": "FL",
    "Austin": "TX",
}
PURPOSES = [
    "Exchange of technical data for a proposal",
    "Evaluation of a teaming arrangement",
    "Review of pricing and staffing plans",
    "Discussion of a subcontract for engineering support",
    "Demonstration of software under evaluation",
]
