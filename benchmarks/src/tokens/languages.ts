/** A short text in many languages, written for this benchmark. */
export const LANGUAGES: Readonly<Record<string, string>> = {
  German:
    'Wer den Laden am Hafen zum ersten Mal betritt, merkt sofort, dass hier nichts weggeworfen wird. Auf den Regalen stehen Radios aus drei Jahrzehnten, daneben liegen Zahnräder, Federn und Schrauben in beschrifteten Gläsern. Die Besitzerin repariert am liebsten Uhren, obwohl sich das längst nicht mehr lohnt. Sie sagt, eine Uhr verrate mehr über ihren Menschen als jeder Brief: ob er sie regelmäßig aufgezogen, fallen gelassen oder nur an Feiertagen getragen hat. Am Freitag schließt sie früher und geht mit ihrem Hund über die Brücke zum Markt.',
  French:
    "Quand on entre pour la première fois dans la boutique du port, on comprend tout de suite que rien n'y est jamais jeté. Sur les étagères s'alignent des radios de trois époques, et à côté, des engrenages, des ressorts et des vis dans des bocaux étiquetés. La propriétaire préfère réparer les montres, même si cela ne rapporte plus grand-chose. Elle dit qu'une montre en raconte davantage sur quelqu'un qu'une lettre : s'il l'a remontée chaque soir, laissée tomber ou portée seulement les jours de fête.",
  Spanish:
    'Quien entra por primera vez en la tienda del puerto se da cuenta enseguida de que allí no se tira nada. En los estantes hay radios de tres décadas y, al lado, engranajes, muelles y tornillos en frascos con etiqueta. A la dueña le gusta sobre todo arreglar relojes, aunque hace tiempo que ya no compensa. Dice que un reloj cuenta más de una persona que cualquier carta: si le dio cuerda cada noche, si se le cayó o si solo lo llevaba en días de fiesta.',
  Polish:
    'Kto pierwszy raz wchodzi do sklepu przy porcie, od razu widzi, że niczego się tu nie wyrzuca. Na półkach stoją radia z trzech dziesięcioleci, a obok leżą koła zębate, sprężyny i śruby w podpisanych słoikach. Właścicielka najchętniej naprawia zegarki, chociaż dawno przestało się to opłacać. Mówi, że zegarek zdradza o człowieku więcej niż list: czy nakręcał go co wieczór, upuścił, czy nosił tylko od święta.',
  Indonesian:
    'Siapa pun yang pertama kali masuk ke toko di pelabuhan itu langsung tahu bahwa tidak ada barang yang dibuang di sana. Di rak berjajar radio dari tiga dasawarsa, dan di sebelahnya ada roda gigi, pegas, dan sekrup dalam stoples berlabel. Pemiliknya paling suka memperbaiki jam, meskipun sudah lama tidak menguntungkan. Katanya, sebuah jam bercerita lebih banyak tentang pemakainya daripada surat mana pun.',
  Russian:
    'Тот, кто впервые заходит в лавку у порта, сразу понимает, что здесь ничего не выбрасывают. На полках стоят радиоприёмники трёх десятилетий, рядом в подписанных банках лежат шестерёнки, пружины и винты. Хозяйка больше всего любит чинить часы, хотя это давно не приносит денег. Она говорит, что часы расскажут о человеке больше любого письма: заводил ли он их каждый вечер, ронял или надевал только по праздникам.',
  Greek:
    'Όποιος μπαίνει για πρώτη φορά στο μαγαζί του λιμανιού καταλαβαίνει αμέσως ότι εδώ δεν πετιέται τίποτα. Στα ράφια υπάρχουν ραδιόφωνα από τρεις δεκαετίες και δίπλα γρανάζια, ελατήρια και βίδες σε βάζα με ετικέτες. Η ιδιοκτήτρια προτιμά να επισκευάζει ρολόγια, αν και εδώ και καιρό δεν αξίζει τον κόπο.',
  Arabic:
    'من يدخل المتجر عند الميناء للمرة الأولى يدرك على الفور أن لا شيء يُرمى هنا. على الرفوف أجهزة راديو من ثلاثة عقود، وبجانبها تروس ونوابض وبراغٍ في مرطبانات عليها أسماء. تحب صاحبة المتجر إصلاح الساعات أكثر من أي شيء آخر، مع أن ذلك لم يعد مربحاً منذ زمن. تقول إن الساعة تحكي عن صاحبها أكثر مما تحكيه أي رسالة.',
  Hindi:
    'जो पहली बार बंदरगाह वाली दुकान में आता है, उसे तुरंत पता चल जाता है कि यहाँ कुछ भी फेंका नहीं जाता। अलमारियों पर तीन दशकों के रेडियो रखे हैं और पास में नाम लिखे मर्तबानों में पहिए, कमानियाँ और पेंच हैं। मालकिन को सबसे ज़्यादा घड़ियाँ ठीक करना पसंद है, हालाँकि अब इसमें कमाई नहीं रही। वह कहती है कि घड़ी किसी चिट्ठी से ज़्यादा बातें बताती है।',
  Chinese:
    '第一次走进港口边那家小店的人，马上就会发现这里什么东西都不会被扔掉。架子上摆着三个年代的收音机，旁边贴着标签的玻璃罐里装着齿轮、弹簧和螺丝。店主最喜欢修表，虽然这早就不赚钱了。她说，一块表比任何一封信都更能说明一个人：他是每天晚上都上发条，还是把它摔过，或者只在节日里才戴。星期五她会提早关门，带着狗过桥去市场。',
  Japanese:
    '港のそばのその店に初めて入った人は、ここでは何も捨てられないことにすぐ気づきます。棚には三十年分のラジオが並び、その横には歯車やばね、ねじが名札の付いた瓶に入っています。店主が一番好きなのは時計の修理ですが、もうずっと前から儲かりません。時計はどんな手紙よりも持ち主のことを教えてくれる、と彼女は言います。毎晩ねじを巻いたのか、落としたのか、祝日だけ着けていたのか。',
  Korean:
    '항구 옆 가게에 처음 들어온 사람은 이곳에서는 아무것도 버리지 않는다는 것을 금세 알게 됩니다. 선반에는 삼십 년 동안의 라디오가 놓여 있고, 그 옆에는 톱니바퀴와 용수철과 나사가 이름표를 붙인 병에 담겨 있습니다. 주인은 시계 고치는 일을 가장 좋아하지만, 돈이 되지 않은 지는 오래되었습니다. 시계는 어떤 편지보다 주인에 대해 더 많은 것을 알려 준다고 그녀는 말합니다.',
};
