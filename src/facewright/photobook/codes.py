"""The kinds of faults: a stable code and what to do about each."""

REMEDIES = {
    "unreadable": "copy the photo again from its source, or remove it",
    "no-face": "remove the photo, or crop it so that the face is larger and looks at the camera",
    "several-faces": "crop the photo to the person, or remove it",
    "tiny-face": "use a larger photo; enlarging this one does not help",
    "blurred": "remove the photo if there are sharper ones",
    "dark": "brighten the photo, or remove it",
    "blown-out": "remove the photo; what is white cannot be brought back",
    "exact-duplicate": "keep one copy, in the folder of the right person",
    "near-duplicate": "keep the best of the copies, in the folder of the right person",
    "likely-wrong-label": "look at the photo; move it to the other person's folder, or remove it",
    "odd-one-out": "look at the photo; remove it if it shows somebody else or hardly a face",
    "same-person-twice": "put the photos into one folder if it is one person",
    "known-in-unknown": "move the photo to the person's folder, or remove it from `unknown`",
    "too-few-photos": "add photos of the person, taken on different days and from several sides",
    "unbalanced": "add photos of those who have few",
    "one-person-only": "add another person, or a folder `unknown` with photos of other people",
    "empty-folder": "put photos of the person into the folder, or remove it",
    "passed-over": "convert the files to JPEG or PNG, and put them right into a person's folder",
    "not-compared": "add people and photos, or choose another embedder",
}
