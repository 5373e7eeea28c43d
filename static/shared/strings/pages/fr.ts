import type { Words } from "./en";

export const fr: Words = {
  "pair.title": "Associer cet écran",
  "pair.step1": "Visez l’image avec l’appareil photo d’un téléphone associé",
  "pair.step2": "Vérifiez que le téléphone affiche le même code",
  "pair.step3": "Appuyez sur Autoriser sur le téléphone",
  "pair.expires": "Valable encore {time}",
  "pair.renewing": "Demande d’un code …",
  "pair.denied": "Le téléphone a refusé. Un nouveau code arrive.",
  "pair.unreachable": "Le serveur de la maison ne répond pas. Nouvel essai …",
  "pair.qr": "Code QR qui ouvre la page d’association",
  "pair.or": "ou ouvrez {uri}",
  "pair.invitationFailed": "Ce lien a déjà servi ou n’est plus valable",
  "pair.invitationHelp": "Demandez-en un autre, ou associez avec le code.",

  "approve.title": "Autoriser cet écran ?",
  "approve.detail": "Autorisez seulement si le même code est affiché sur un écran que vous voyez.",
  "approve.allow": "Autoriser",
  "approve.deny": "Pas maintenant",
  "approve.done": "L’écran est associé",
  "approve.failed": "Ce code n’est plus connu",
  "approve.refused": "Cet appareil ne peut pas en autoriser d’autres. Utilisez le téléphone du propriétaire.",

  "locked.title": "Le coffre est verrouillé",
  "locked.detail":
    "Films et photos restent scellés jusqu’au déverrouillage depuis un téléphone associé, ou ici.",
  "locked.label": "Phrase secrète",
  "locked.unlock": "Déverrouiller",
  "locked.unlocking": "Déverrouillage …",
  "locked.wrong": "Ce n’est pas la phrase secrète",
  "locked.refused": "Cet écran n’a pas le droit de déverrouiller. Utilisez un téléphone associé.",
  "locked.wait": "Trop d’essais. Réessayez dans {n} s.",
  "locked.failed": "Le coffre n’a pas pu être déverrouillé",
  "locked.show": "Afficher",
  "locked.hide": "Masquer",

  "item.restart": "Depuis le début",
  "item.problem": "Ce fichier a un problème",
  "item.other": "Ce genre de fichier ne s’affiche pas sur un téléviseur",
  "item.more": "Dans le même dossier",

  "photo.title": "Photo",
  "photo.failed": "Cette photo ne peut pas être affichée",

  "lock.title": "Verrouiller le coffre ?",
  "lock.detail": "Plus personne ne pourra rien regarder jusqu’au déverrouillage.",
  "lock.confirm": "Verrouiller",
  "lock.cancel": "Annuler",
  "lock.failed": "Le coffre n’a pas pu être verrouillé",
};
