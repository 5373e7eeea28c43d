import type { Words } from "./en";

export const de: Words = {
  "pair.title": "Diesen Bildschirm koppeln",
  "pair.step1": "Kamera eines gekoppelten Telefons auf das Bild richten",
  "pair.step2": "Prüfen, ob das Telefon denselben Code zeigt",
  "pair.step3": "Auf dem Telefon „Erlauben“ drücken",
  "pair.expires": "Gültig für {time}",
  "pair.renewing": "Code wird geholt …",
  "pair.denied": "Das Telefon hat abgelehnt. Ein neuer Code kommt gleich.",
  "pair.unreachable": "Der Heimserver antwortet nicht. Neuer Versuch …",
  "pair.qr": "QR-Code, der die Kopplungsseite öffnet",
  "pair.or": "oder {uri} öffnen",
  "pair.invitationFailed": "Dieser Link ist verbraucht oder abgelaufen",
  "pair.invitationHelp": "Um einen neuen bitten oder mit dem Code koppeln.",

  "approve.title": "Diesen Bildschirm zulassen?",
  "approve.detail": "Nur erlauben, wenn derselbe Code auf einem Bildschirm steht, den man sehen kann.",
  "approve.allow": "Erlauben",
  "approve.deny": "Jetzt nicht",
  "approve.done": "Der Bildschirm ist gekoppelt",
  "approve.failed": "Dieser Code ist nicht mehr bekannt",
  "approve.refused": "Dieses Gerät darf niemanden zulassen. Bitte das Telefon des Besitzers benutzen.",

  "locked.title": "Der Tresor ist gesperrt",
  "locked.detail":
    "Filme und Fotos bleiben versiegelt, bis er auf einem gekoppelten Telefon oder hier entsperrt wird.",
  "locked.label": "Passphrase",
  "locked.unlock": "Entsperren",
  "locked.unlocking": "Wird entsperrt …",
  "locked.wrong": "Das ist nicht die Passphrase",
  "locked.refused": "Dieser Bildschirm darf den Tresor nicht entsperren. Bitte ein gekoppeltes Telefon benutzen.",
  "locked.wait": "Zu viele Versuche. Wieder möglich in {n} s.",
  "locked.failed": "Der Tresor konnte nicht entsperrt werden",
  "locked.show": "Zeigen",
  "locked.hide": "Verbergen",

  "item.restart": "Von vorn",
  "item.problem": "Mit dieser Datei stimmt etwas nicht",
  "item.other": "Solche Dateien lassen sich am Fernseher nicht zeigen",
  "item.more": "Mehr aus diesem Ordner",

  "photo.title": "Foto",
  "photo.failed": "Dieses Foto lässt sich nicht zeigen",

  "lock.title": "Tresor sperren?",
  "lock.detail": "Bis zum Entsperren kann niemand etwas ansehen.",
  "lock.confirm": "Sperren",
  "lock.cancel": "Abbrechen",
  "lock.failed": "Der Tresor konnte nicht gesperrt werden",
};
